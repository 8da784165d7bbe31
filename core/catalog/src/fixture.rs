//! A catalog in a temporary folder, and the acts and values that the tests share.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sohoa_model::code_list::{AccessLevel, Retention};
use sohoa_model::description::{DocumentDescription, DocumentField, FieldValue, Origin};
use sohoa_model::frame::{Embedding, FileFormat, FrameFacts, Samples};
use sohoa_model::geometry::{Dpi, Rotation};
use sohoa_model::ids::{ArchiveId, PageId, Randomness, ReceiptId};
use sohoa_model::inventory::InventoryRow;
use sohoa_model::page_text::{BlockRole, Bounds, PageText, TextBlock, TextLine, Word};
use sohoa_model::reading::{PageQuality, Reading, ReadingState};
use sohoa_model::{Act, Language, Sha256, Timestamp, Verdict};

use crate::intake::{TakenFile, TakenFrame, TakenResult};
use crate::rendition::{PdfaRecord, SignedRecord};
use crate::{ArchiveFacts, Catalog};

/// Ten bytes that count up.
#[derive(Default)]
pub(crate) struct Counting(AtomicU64);

impl Randomness for Counting {
    fn ten_bytes(&self) -> [u8; 10] {
        let mut bytes = [0; 10];
        bytes[2..].copy_from_slice(&self.0.fetch_add(1, Ordering::SeqCst).to_be_bytes());
        bytes
    }
}

pub(crate) fn counting() -> Arc<dyn Randomness> {
    Arc::new(Counting::default())
}

pub(crate) const START: i64 = 1_795_314_605_000;

pub(crate) fn act(operator: &str, seconds: i64) -> Act {
    Act { at: Timestamp(START + seconds * 1000), operator: operator.into(), software: "sohoa 0.1.0".into() }
}

pub(crate) struct Fixture {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) catalog: Catalog,
}

pub(crate) fn fixture() -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let facts = ArchiveFacts {
        id: ArchiveId::new(Timestamp(START), &Counting::default()),
        title: "Lưu trữ lịch sử".into(),
        organisation: "Sở Tư pháp".into(),
        demo: true,
    };
    let path = folder.path().join("catalog.sqlite");
    let catalog = Catalog::create(&path, &facts, &act("an", 0), counting()).unwrap();
    Fixture { folder, catalog }
}

pub(crate) fn row(code: &str, pages: u32) -> InventoryRow {
    InventoryRow {
        fonds: "Phông Sở Tư pháp".into(),
        series: "01".into(),
        box_code: "12".into(),
        code: code.into(),
        title: format!("Hồ sơ về bệnh viện {code}"),
        start: "05/03/1945".parse().ok(),
        end: "1946".parse().ok(),
        retention: Some(Retention::Permanent),
        access: Some(AccessLevel::Public),
        paper_file_code: format!("G-{code}"),
        value_class: "valuable".into(),
        sheets: Some(pages.div_ceil(2)),
        pages: Some(pages),
        language: None,
        condition: None,
    }
}

pub(crate) fn facts(index: u32) -> FrameFacts {
    FrameFacts {
        is_sealed: false,
        index,
        width: 1654,
        height: 2339,
        dpi: Dpi(200.0),
        dpi_stated: true,
        samples: Samples::Rgb8,
        stated_rotation: Rotation::None,
        embedding: Embedding::Jpeg { components: 3, ranges: Vec::new() },
        conversion: None,
    }
}

pub(crate) fn file(code: &str, path: &str, frames: u32) -> TakenFile {
    TakenFile {
        batch: None,
        left_out: false,
        dossier: code.into(),
        document_ordinal: None,
        path: path.into(),
        stem: path.rsplit('/').next().unwrap().split('.').next().unwrap().into(),
        sha256: Sha256::of(format!("{code}/{path}").as_bytes()),
        bytes: 1000,
        format: FileFormat::Jpeg,
        frames: (0..frames).map(|i| TakenFrame { facts: facts(i), below_standard: false }).collect(),
        findings: Vec::new(),
        receipt: ReceiptId::new(Timestamp(START), &Counting::default()),
    }
}

pub(crate) fn reading(text: &str) -> Reading {
    let words = |line: &str| {
        line.split(' ')
            .map(|word| Word {
                text: word.into(),
                confidence: 90.0,
                x: 0.0,
                y: 10.0,
                width: 40.0,
                ascent: 12.0,
                descent: 3.0,
            })
            .collect()
    };
    let lines = text.lines().map(|line| TextLine { angle: 0.0, words: words(line) }).collect();
    Reading {
        state: ReadingState::Done,
        rotation: Rotation::None,
        language: Some(Language::Vietnamese),
        engine: "tesseract 5.3.0".into(),
        model: Some(Sha256::of(b"vie")),
        recipe: Sha256::of(b"recipe"),
        input: Some(Sha256::of(b"input")),
        confidence: Some(90.5),
        milliseconds: 1234,
        quality: PageQuality { skew: 0.5, ink: 0.07 },
        text: PageText { width: 1654, height: 2339, blocks: vec![TextBlock { role: BlockRole::Body, lines }] },
        findings: Vec::new(),
    }
}

pub(crate) fn text_sha(reading: &Reading) -> Sha256 {
    Sha256::of(&crate::text_record::to_bytes(&reading.text))
}

impl Fixture {
    pub(crate) fn list(&self, rows: &[InventoryRow]) {
        self.catalog.import_inventory("inventory.xlsx", Sha256::of(b"inventory"), rows, |_| 0, &act("an", 1)).unwrap();
    }

    pub(crate) fn take(&self, file: &TakenFile) -> TakenResult {
        self.catalog.take_file(file, &act("bình", 2)).unwrap()
    }

    pub(crate) fn read_all(&self, text: &str) {
        let now = Timestamp(START + 3000);
        for job in self.catalog.pages_to_read(1000, "test", Timestamp(now.0 + 1), now, None).unwrap() {
            let reading = reading(text);
            self.catalog.record_reading(job.page, &reading, text_sha(&reading), &act("bình", 3)).unwrap();
        }
    }

    pub(crate) fn assemble_all(&self) {
        for job in self.catalog.documents_to_assemble(None).unwrap() {
            let record = PdfaRecord {
                sha256: Sha256::of(&job.input.0),
                bytes: 5000,
                input: job.input,
                recipe: Sha256::of(b"pdfa"),
                verdict: Verdict::Passed,
                findings: Vec::new(),
            };
            self.catalog.record_pdfa(job.document, &record, &act("bình", 4)).unwrap();
        }
    }

    pub(crate) fn sign_all(&self) {
        for job in self.catalog.documents_to_sign(None).unwrap() {
            let before = self.catalog.document_detail(job.document).unwrap().pdfa.unwrap().sha256;
            let record = SignedRecord {
                before,
                after: Sha256::of(&before.0),
                bytes: 37_000,
                signer: "Nguyễn Văn An".into(),
                issuer: "Demo CA".into(),
                algorithm: "RSA-SHA256".into(),
                level: "B-B".into(),
                signed_at: Timestamp(START + 5000),
                verdict: Verdict::Passed,
                published_path: format!("pdf/x/{}.pdf", job.dossier),
                predecessor: None,
            };
            self.catalog.record_signed(job.document, &record, &act("bình", 5)).unwrap();
        }
    }

    /// Takes one file of a page for each code and brings it to `signed`.
    pub(crate) fn to_signed(&self, codes: &[&str]) {
        for code in codes {
            self.take(&file(code, &format!("{code}/0001.jpg"), 1));
        }
        self.read_all("bệnh viện tỉnh");
        self.assemble_all();
        self.sign_all();
    }
}

/// A description that says two things: one that a person typed, one that was read at a place.
pub(crate) fn described(subject: &str) -> DocumentDescription {
    let page = PageId::new(Timestamp(START), &Counting::default());
    let place = Bounds { left: 10.0, top: 20.5, right: 30.0, bottom: 40.0 };
    let value = |text: &str, origin| FieldValue { text: text.to_owned(), origin };
    let values = [
        (DocumentField::Subject, value(subject, Origin::Person)),
        (DocumentField::CodeNumber, value("217", Origin::Recognition { page, place })),
    ];
    DocumentDescription { values: values.into_iter().collect() }
}
