//! Checksums that came with the files: `*.sha256` lists and the SHA-256 manifests of BagIt packages (RFC 8493).
//!
//! Whoever sent the files said by them what the bytes are. A list names files from the folder in which it lies; nothing outside
//! of the imported folder is ever looked for.

use std::collections::{BTreeMap, BTreeSet};

use sohoa_model::Sha256;
use unicode_normalization::UnicodeNormalization;

/// The largest list that is read, in bytes.
pub const LARGEST_LIST: u64 = 64 << 20;

/// What a file beside the scans is, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Companion {
    /// A list of SHA-256 checksums: `*.sha256`, `SHA256SUMS`, `manifest-sha256.txt`, `tagmanifest-sha256.txt`.
    List,
    /// A list of checksums of another kind, which are not compared.
    OtherList,
    /// Describes a BagIt package: `bagit.txt`, `bag-info.txt`.
    BagTag,
}

/// What a file is by its name alone; `None` for scans and everything else.
pub fn companion(relative: &str) -> Option<Companion> {
    let name = relative.rsplit('/').next().unwrap_or(relative).to_lowercase();
    match name.as_str() {
        "bagit.txt" | "bag-info.txt" => return Some(Companion::BagTag),
        "sha256sums" | "sha256sums.txt" | "sha256sum.txt" => return Some(Companion::List),
        _ => {}
    }
    if name.ends_with(".sha256") {
        return Some(Companion::List);
    }
    if [".md5", ".sha1", ".sha512"].iter().any(|end| name.ends_with(end)) {
        return Some(Companion::OtherList);
    }
    let manifest = name.strip_prefix("tagmanifest-").or_else(|| name.strip_prefix("manifest-"))?;
    match manifest.strip_suffix(".txt")? {
        "sha256" => Some(Companion::List),
        "md5" | "sha1" | "sha224" | "sha384" | "sha512" => Some(Companion::OtherList),
        _ => None,
    }
}

/// The checksums of a whole import folder.
#[derive(Debug, Default)]
pub struct Checksums {
    /// By path below the imported folder, NFC: what lists say, and which ones.
    files: BTreeMap<String, Vec<(Sha256, String)>>,
    /// Folders that are BagIt packages, with a `/` at their end; the imported folder itself is empty.
    bags: BTreeSet<String>,
}

impl Checksums {
    /// Notes a file that describes a BagIt package.
    pub fn add_bag_tag(&mut self, relative: &str) {
        let (folder, name) = folder_and_name(relative);
        if name.eq_ignore_ascii_case("bagit.txt") {
            self.bags.insert(folder.to_owned());
        }
    }

    /// Adds a list that lies at `relative`; says how many files it names.
    ///
    /// # Errors
    /// The number of the first line, from 1, that is not a checksum and a path; nothing is added then.
    pub fn add_list(&mut self, relative: &str, bytes: &[u8]) -> Result<usize, usize> {
        let (folder, name) = folder_and_name(relative);
        let is_bag = name.to_lowercase().contains("manifest-");
        let text = std::str::from_utf8(bytes)
            .map_err(|error| bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1)?;
        let mut found = Vec::new();
        for (number, line) in text.trim_start_matches('\u{FEFF}').lines().enumerate() {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let (digest, path) = entry(line, is_bag).ok_or(number + 1)?;
            found.push((path_below(folder, &path), digest));
        }
        let count = found.len();
        for (path, digest) in found {
            self.files.entry(path).or_default().push((digest, relative.to_owned()));
        }
        Ok(count)
    }

    /// The list that says other bytes of a file than these, if one does.
    pub fn contradicted(&self, relative: &str, digest: &Sha256) -> Option<&str> {
        let listed = self.files.get(&normal(relative))?;
        listed.iter().find(|(stated, _)| stated != digest).map(|(_, list)| list.as_str())
    }

    /// Whether any list names a file.
    pub fn names(&self, relative: &str) -> bool {
        self.files.contains_key(&normal(relative))
    }

    /// The files that the list at `list` names and that are not among `there`.
    pub fn missing<'a>(&'a self, list: &str, there: &BTreeSet<String>) -> Vec<&'a str> {
        let named = self.files.iter().filter(|(_, listed)| listed.iter().any(|(_, own)| own == list));
        named.map(|(path, _)| path.as_str()).filter(|path| !there.contains(*path)).collect()
    }

    /// The path that tells the dossier: without the payload folder `data` of a BagIt package.
    pub fn naming_path(&self, relative: &str) -> String {
        for bag in &self.bags {
            if let Some(payload) = relative.strip_prefix(bag.as_str()).and_then(|below| below.strip_prefix("data/")) {
                return format!("{bag}{payload}");
            }
        }
        relative.to_owned()
    }
}

/// A path as it is compared: NFC.
pub fn normal(relative: &str) -> String {
    relative.nfc().collect()
}

/// The folder of a path with a `/` at its end, and the name.
fn folder_and_name(relative: &str) -> (&str, &str) {
    relative.split_at(relative.rfind('/').map_or(0, |slash| slash + 1))
}

/// `DIGEST  PATH`, `DIGEST *PATH`, `\DIGEST  PATH` with escapes (GNU coreutils), or `SHA256 (PATH) = DIGEST` (BSD).
fn entry(line: &str, is_bag: bool) -> Option<(Sha256, String)> {
    if let Some((path, digest)) = line.strip_prefix("SHA256 (").and_then(|rest| rest.rsplit_once(") = ")) {
        return Some((digest.trim().parse().ok()?, path.to_owned()));
    }
    let (is_escaped, line) = line.strip_prefix('\\').map_or((false, line), |rest| (true, rest));
    let (digest, path) = line.split_once(char::is_whitespace)?;
    let path = path.trim_start_matches([' ', '\t']);
    let path = path.strip_prefix('*').unwrap_or(path);
    let path = if is_bag {
        path.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")
    } else if is_escaped {
        path.replace("\\n", "\n").replace("\\\\", "\\")
    } else {
        path.to_owned()
    };
    (!path.is_empty()).then_some((digest.to_lowercase().parse().ok()?, path))
}

/// The path below the imported folder; one that leads out of its own folder stays as it is and is found nowhere.
fn path_below(folder: &str, path: &str) -> String {
    let path = path.replace('\\', "/");
    let path = path.strip_prefix("./").unwrap_or(&path);
    normal(&format!("{folder}{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(text: &str) -> Sha256 {
        Sha256::of(text.as_bytes())
    }

    #[test]
    fn every_common_kind_of_line_is_read() {
        let (a, b, c) = (digest("a"), digest("b"), digest("c"));
        let list = format!(
            "\u{FEFF}# of the sender\n{a}  trang 1.jpg\r\n{} *./sub/trang 2.jpg\n\nSHA256 (ba (3).jpg) = {c}\n\\{b}  x\\\\y\n",
            b.to_string().to_uppercase()
        );
        let mut sums = Checksums::default();
        assert_eq!(sums.add_list("HS.01/so.sha256", list.as_bytes()), Ok(4));
        assert_eq!(sums.contradicted("HS.01/trang 1.jpg", &a), None);
        assert_eq!(sums.contradicted("HS.01/trang 1.jpg", &b), Some("HS.01/so.sha256"));
        assert!(sums.names("HS.01/sub/trang 2.jpg") && sums.names("HS.01/ba (3).jpg"));
        assert!(!sums.names("trang 1.jpg"));
        for (bad, line) in [("zz  a.jpg\n", 1), ("\n12345 a\n", 2)] {
            assert_eq!(sums.add_list("x.sha256", bad.as_bytes()), Err(line), "{bad}");
        }
        assert_eq!(sums.add_list("x.sha256", b"\n\n\xFF"), Err(3));
        let only_digest = format!("{a}\n");
        assert_eq!(sums.add_list("x.sha256", only_digest.as_bytes()), Err(1));
    }

    #[test]
    fn a_bag_is_one_dossier_and_names_what_is_missing() {
        let mut sums = Checksums::default();
        sums.add_bag_tag("túi/bagit.txt");
        let list = format!("{}  data/1%25.jpg\n{} data/hai.jpg\n{0}  ../../etc/passwd\n", digest("a"), digest("b"));
        assert_eq!(sums.add_list("túi/manifest-sha256.txt", list.as_bytes()), Ok(3));
        assert_eq!(sums.naming_path("túi/data/1%.jpg"), "túi/1%.jpg");
        assert_eq!(sums.naming_path("khác/data/1.jpg"), "khác/data/1.jpg");
        // A name in decomposed letters is the same name.
        let there = BTreeSet::from([normal("tu\u{301}i/data/1%.jpg")]);
        assert_eq!(sums.missing("túi/manifest-sha256.txt", &there), ["túi/../../etc/passwd", "túi/data/hai.jpg"]);
    }

    #[test]
    fn companions_are_known_by_their_names() {
        let cases = [
            ("a/B.SHA256", Some(Companion::List)),
            ("manifest-sha256.txt", Some(Companion::List)),
            ("tagmanifest-sha256.txt", Some(Companion::List)),
            ("x/manifest-sha512.txt", Some(Companion::OtherList)),
            ("x.md5", Some(Companion::OtherList)),
            ("bagit.txt", Some(Companion::BagTag)),
            ("manifest-2026.txt", None),
            ("sha256.jpg", None),
        ];
        for (name, expected) in cases {
            assert_eq!(companion(name), expected, "{name}");
        }
    }
}
