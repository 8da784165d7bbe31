//! A small PDF/A-2u as our writer lays files out: classic cross-reference table, one page, an output intent.

use std::io::Cursor;

use sohoa_model::Timestamp;
use sohoa_pdf::{Dict, Object, ObjectWriter};
use sohoa_sign::{SignedFile, SigningRequest, SoftKey, TrustAnchors, VisibleBlock, demo_key, sign};

/// 2025-01-02T09:30:05+07:00: long enough ago for judges that ask the machine for the time.
pub(crate) const AT: Timestamp = Timestamp(1_735_785_005_000);
pub(crate) const ORGANISATION: &str = "Sở Tư pháp tỉnh Quảng Ngãi";

/// A demonstration key, opened, and its authority; made once, since RSA keys take their time.
pub(crate) fn demo() -> &'static (SoftKey, TrustAnchors, String) {
    static DEMO: std::sync::OnceLock<(SoftKey, TrustAnchors, String)> = std::sync::OnceLock::new();
    DEMO.get_or_init(|| {
        let demo = demo_key(AT).unwrap();
        let mut trust = TrustAnchors::new();
        trust.add(demo.root_pem.as_bytes()).unwrap();
        (SoftKey::open(&demo.p12, &demo.password).unwrap(), trust, demo.root_pem)
    })
}

pub(crate) fn request() -> SigningRequest {
    SigningRequest {
        organisation: ORGANISATION.to_owned(),
        reason: Some("Số hóa tài liệu lưu trữ".to_owned()),
        at: AT,
        field_name: "Sohoa-1".to_owned(),
        block: VisibleBlock::default(),
    }
}

pub(crate) fn signed(pdf: &[u8]) -> (Vec<u8>, SignedFile) {
    signed_as(pdf, &request())
}

pub(crate) fn signed_as(pdf: &[u8], request: &SigningRequest) -> (Vec<u8>, SignedFile) {
    let mut out = Cursor::new(Vec::new());
    let file = sign(Cursor::new(pdf), &mut out, request, &demo().0).unwrap();
    (out.into_inner(), file)
}

/// One page of `width` by `height` points with `/Rotate`, and a gray image of `image` rows of 1000 samples.
pub(crate) fn pdf(width: i32, height: i32, rotate: i32, image: u32) -> Vec<u8> {
    let mut writer = ObjectWriter::new_file(Vec::new()).unwrap();
    let [catalog, pages, page, content, metadata, icc, picture] = std::array::from_fn(|_| writer.allocate().unwrap());
    let samples: Vec<u8> = (0..1000 * image).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8 | 0x80).collect();
    let head = Dict::new()
        .with("Type", Object::name("XObject"))
        .with("Subtype", Object::name("Image"))
        .with("Width", 1000)
        .with("Height", image)
        .with("ColorSpace", Object::name("DeviceGray"))
        .with("BitsPerComponent", 8);
    writer.stream(picture, &head, &samples).unwrap();
    let drawing = format!(
        "q {} 0 0 {} 60 60 cm /Im0 Do Q\n1 w 45 45 {} {} re S\n",
        width / 2,
        height / 2,
        width - 90,
        height - 90
    );
    writer.stream(content, &Dict::new(), drawing.as_bytes()).unwrap();
    let resources = Dict::new().with("XObject", Dict::new().with("Im0", picture));
    let page_dict = Dict::new()
        .with("Type", Object::name("Page"))
        .with("Parent", pages)
        .with("Rotate", rotate)
        .with("Resources", resources)
        .with("Contents", content);
    writer.object(page, &page_dict.into()).unwrap();
    let tree = Dict::new()
        .with("Type", Object::name("Pages"))
        .with("Kids", Object::array([page]))
        .with("Count", 1)
        .with("MediaBox", Object::array([0, 0, width, height]));
    writer.object(pages, &tree.into()).unwrap();
    let head = Dict::new().with("Type", Object::name("Metadata")).with("Subtype", Object::name("XML"));
    writer.stream(metadata, &head, XMP.as_bytes()).unwrap();
    writer.stream(icc, &Dict::new().with("N", 1), &gray_profile()).unwrap();
    let intent = Dict::new()
        .with("Type", Object::name("OutputIntent"))
        .with("S", Object::name("GTS_PDFA1"))
        .with("OutputConditionIdentifier", Object::String(b"gray gamma 2.2".to_vec()))
        .with("DestOutputProfile", icc);
    let root = Dict::new()
        .with("Type", Object::name("Catalog"))
        .with("Pages", pages)
        .with("Metadata", metadata)
        .with("OutputIntents", Object::array([intent]));
    writer.object(catalog, &root.into()).unwrap();
    let id = Object::String(b"0123456789abcdef".to_vec());
    let trailer = Dict::new().with("Root", catalog).with("ID", vec![id.clone(), id]);
    writer.close(trailer).unwrap().out
}

const XMP: &str = "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>
<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">
<rdf:Description rdf:about=\"\" xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\">
<pdfaid:part>2</pdfaid:part><pdfaid:conformance>U</pdfaid:conformance></rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end=\"w\"?>";

/// A gray ICC profile of version 2.1 with gamma 2.2 and white point D50.
fn gray_profile() -> Vec<u8> {
    let d50: Vec<u8> = [0xF6D6_u32, 0x1_0000, 0xD32D].iter().flat_map(|v| v.to_be_bytes()).collect();
    let mut description = b"desc\0\0\0\0\0\0\0\x05gray\0".to_vec();
    description.resize(description.len() + 4 + 4 + 2 + 1 + 67 + 2, 0);
    let copyright = b"text\0\0\0\0none\0\0\0\0".to_vec();
    let white = [b"XYZ \0\0\0\0".as_slice(), &d50].concat();
    let curve = b"curv\0\0\0\0\0\0\0\x01\x02\x33\0\0".to_vec();
    let tags = [(b"desc", description), (b"cprt", copyright), (b"wtpt", white), (b"kTRC", curve)];
    let mut profile = vec![0; 128];
    profile[8..12].copy_from_slice(&[2, 0x10, 0, 0]);
    profile[12..24].copy_from_slice(b"mntrGRAYXYZ ");
    profile[24..36].copy_from_slice(&[7, 234, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0]);
    profile[36..40].copy_from_slice(b"acsp");
    profile[68..80].copy_from_slice(&d50);
    profile.extend((tags.len() as u32).to_be_bytes());
    let mut offset = profile.len() + 12 * tags.len();
    for (name, data) in &tags {
        profile.extend(*name);
        profile.extend((offset as u32).to_be_bytes());
        profile.extend((data.len() as u32).to_be_bytes());
        offset += data.len().next_multiple_of(4);
    }
    for (_, data) in tags {
        profile.extend(&data);
        profile.resize(profile.len().next_multiple_of(4), 0);
    }
    let length = profile.len() as u32;
    profile[..4].copy_from_slice(&length.to_be_bytes());
    profile
}
