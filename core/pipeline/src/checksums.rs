//! The checksum lists of an import folder, read before its files are, and what the receipt says of them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::Path;

use sohoa_capture::checksums::{Checksums, Companion, LARGEST_LIST, companion, normal};
use sohoa_capture::{FolderItem, ItemKind};
use sohoa_model::Cancel;
use sohoa_model::receipt::{Reason, ReceiptLine};
use sohoa_store::StoreError;
use sohoa_store::vault::{hash_file, open_regular};

use crate::error::PipelineError;

/// What the files beside the scans say.
pub(crate) struct Listed {
    checksums: Checksums,
    lines: BTreeMap<String, ReceiptLine>,
}

impl Listed {
    /// Reads all lists among `items`, and compares those files of BagIt packages that are no scans.
    pub(crate) fn read(items: &[FolderItem], cancel: &Cancel) -> Result<Self, PipelineError> {
        let mut listed = Self { checksums: Checksums::default(), lines: BTreeMap::new() };
        let companions: Vec<(&FolderItem, Companion)> = items
            .iter()
            .filter(|item| matches!(item.kind, ItemKind::File { bytes } if bytes > 0))
            .filter_map(|item| Some((item, companion(&item.relative)?)))
            .collect();
        let mut counts = Vec::new();
        for &(item, kind) in &companions {
            match kind {
                Companion::BagTag => {
                    listed.checksums.add_bag_tag(&item.relative);
                    listed.skip(item, "bag-tag-file", String::new());
                }
                Companion::OtherList => listed.skip(item, "checksums-of-another-kind", String::new()),
                Companion::List => match bytes_of(&item.path) {
                    Err(error) => listed.refuse(item, "read-failed", error.to_string()),
                    Ok(None) => listed.refuse(item, "checksums-too-large", (LARGEST_LIST >> 20).to_string()),
                    Ok(Some(bytes)) => match listed.checksums.add_list(&item.relative, &bytes) {
                        Err(line) => listed.refuse(item, "checksums-unreadable", line.to_string()),
                        Ok(count) => counts.push((item, count)),
                    },
                },
            }
        }
        let there: BTreeSet<String> = items.iter().map(|item| normal(&item.relative)).collect();
        for (item, count) in counts {
            let missing = listed.checksums.missing(&item.relative, &there);
            match missing.first() {
                None => listed.skip(item, "checksums", count.to_string()),
                Some(first) => {
                    let detail = if missing.len() == 1 {
                        (*first).to_owned()
                    } else {
                        format!("{first} (+{})", missing.len() - 1)
                    };
                    listed.refuse(item, "checksums-missing", detail);
                }
            }
        }
        for (item, _) in companions {
            if !listed.checksums.names(&item.relative) {
                continue;
            }
            match hash_file(&item.path, cancel) {
                Err(StoreError::Cancelled) => return Err(PipelineError::Cancelled),
                Err(error) => listed.refuse(item, "read-failed", error.to_string()),
                Ok(own) => {
                    if let Some(list) = listed.checksums.contradicted(&item.relative, &own.sha256).map(str::to_owned) {
                        listed.refuse(item, "checksum-differs", list);
                    }
                }
            }
        }
        Ok(listed)
    }

    /// The checksums of the scans.
    pub(crate) fn checksums(&self) -> &Checksums {
        &self.checksums
    }

    /// What the receipt says of a file that is no scan but belongs to the lists.
    pub(crate) fn line(&self, path: &str) -> Option<&ReceiptLine> {
        self.lines.get(path)
    }

    fn skip(&mut self, item: &FolderItem, code: &str, detail: String) {
        let path = item.relative.clone();
        self.lines.insert(path.clone(), ReceiptLine::Skipped { path, reason: Reason::new(code, detail) });
    }

    fn refuse(&mut self, item: &FolderItem, code: &str, detail: String) {
        let path = item.relative.clone();
        self.lines.insert(path.clone(), ReceiptLine::Refused { path, reason: Reason::new(code, detail) });
    }
}

/// The bytes of a list; `None` if it is too large.
fn bytes_of(path: &Path) -> Result<Option<Vec<u8>>, StoreError> {
    let mut bytes = Vec::new();
    let file = open_regular(path)?;
    file.take(LARGEST_LIST + 1).read_to_end(&mut bytes).map_err(|e| StoreError::read(path, e))?;
    Ok((bytes.len() as u64 <= LARGEST_LIST).then_some(bytes))
}
