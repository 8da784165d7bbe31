//! A place: a file or folder of the repository that a test reads, or one below `target` that it fills.

use std::path::{Path, PathBuf};

/// The root of the repository.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate of the tests lies in a folder of the repository")
}

/// The folder whose PDFs are judged when all tests have run: `SOHOA_JUDGED`, else `target/judged`; made if it is absent.
///
/// At most 150 files of at most 60 pages. A signed file is named `….signed.pdf`; the root certificate that it is to be
/// trusted by lies beside it as a `.pem` file.
pub fn judged() -> PathBuf {
    let named = std::env::var_os("SOHOA_JUDGED").filter(|name| !name.is_empty());
    let folder = named.map_or_else(|| repository().join("target/judged"), PathBuf::from);
    std::fs::create_dir_all(&folder).expect("target can be written to");
    folder
}

/// Where `packaging/setup` puts the judges that are no Debian packages.
pub fn tools() -> PathBuf {
    repository().join("target/tools")
}

/// The folder of made pages, one folder a dossier, that `sohoa import` takes as it is.
pub fn sample_pages() -> PathBuf {
    repository().join("sample-scans/pages")
}

/// The inventory of the made pages; it lists more dossiers than are scanned.
pub fn sample_inventory() -> PathBuf {
    repository().join("sample-scans/inventory.xlsx")
}

/// The folder of real scans, named by the variable `SOHOA_SCANS`; `None` where there is none.
pub fn real_scans() -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("SOHOA_SCANS").filter(|name| !name.is_empty())?);
    assert!(folder.is_dir(), "SOHOA_SCANS names {}, which is no folder", folder.display());
    Some(folder)
}

/// Whether the tests run under continuous integration, where nothing that is missing may be skipped.
pub fn in_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false" && value != "0")
}
