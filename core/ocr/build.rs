//! Links Tesseract's C interface as the system has it; nothing is downloaded or compiled.

fn main() {
    pkg_config::Config::new()
        .atleast_version("5.0")
        .probe("tesseract")
        .expect("Tesseract 5 with its development files (Debian: libtesseract-dev) is installed");
}
