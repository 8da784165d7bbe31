//! Makes the sample scans again: `cargo run -p sohoa-sample-scans [-- [--fonts FOLDER]… [OUTPUT [DOSSIER…]]]`.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::{env, fs};

use sohoa_sample_scans::fonts::{FOLDERS, Fonts};
use sohoa_sample_scans::{Product, checksum_line, holdings, produce_dossier, produce_papers};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let mut said = error.to_string();
            let mut cause = error.source();
            while let Some(source) = cause {
                said.push_str(&format!(": {source}"));
                cause = source.source();
            }
            // Nothing is left to do if even standard error is closed.
            let _ = writeln!(io::stderr(), "{said}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn std::error::Error>> {
    let mut folders = Vec::new();
    let mut rest = Vec::new();
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        if argument == "--fonts" {
            folders.push(PathBuf::from(arguments.next().ok_or("--fonts wants a folder")?));
        } else {
            rest.push(argument);
        }
    }
    folders.extend(FOLDERS.map(PathBuf::from));
    let mut rest = rest.into_iter();
    let output = PathBuf::from(rest.next().unwrap_or_else(|| "sample-scans".to_owned()));
    let only: Vec<String> = rest.collect();
    let fonts = Fonts::load(&folders)?;
    let mut sums = vec![];
    let mut keep = |product: &Product| -> io::Result<()> {
        let path = output.join(&product.path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&path, &product.bytes)?;
        sums.push(checksum_line(product));
        Ok(())
    };
    for product in produce_papers()? {
        keep(&product)?;
    }
    let mut pages = 0_usize;
    let mut size = 0_usize;
    for code in holdings::scanned().filter(|code| only.is_empty() || only.iter().any(|wanted| wanted == code)) {
        for product in produce_dossier(&fonts, code)? {
            keep(&product)?;
            size += product.bytes.len();
            pages += usize::from(product.path.starts_with("truth/"));
        }
    }
    if only.is_empty() {
        sums.sort_by(|a, b| a[66..].cmp(&b[66..]));
        fs::write(output.join("SHA256SUMS"), format!("# fonts {}\n{}", fonts.digest(), sums.concat()))?;
    }
    writeln!(io::stdout(), "{pages} pages, {size} bytes, in {}", output.display())?;
    Ok(())
}
