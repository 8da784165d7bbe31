//! Makes the sample scans again: `cargo run -p sohoa-sample-scans [-- [--fonts FOLDER]… [OUTPUT [DOSSIER…]]]`.
//!
//! `--again SUFFIX` makes a second scan of the same sheets, with SUFFIX behind the names of the files.
//! `--secrecy FOLDER` makes the secrecy trials instead, `--vertical FOLDER` those of vertical lines, a dossier a page.

use std::io::{self, Write};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs, thread};

use sohoa_sample_scans::fonts::{FOLDERS, Fonts};
use sohoa_sample_scans::{Product, checksum_line, files, holdings, produce_papers, produce_scan, secrecy, vertical};

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
    let mut trials = None;
    let mut vertical_trials = None;
    let mut again = String::new();
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        if argument == "--fonts" {
            folders.push(PathBuf::from(arguments.next().ok_or("--fonts wants a folder")?));
        } else if argument == "--again" {
            again = arguments.next().ok_or("--again wants a suffix")?;
        } else if argument == "--secrecy" {
            trials = Some(PathBuf::from(arguments.next().ok_or("--secrecy wants a folder")?));
        } else if argument == "--vertical" {
            vertical_trials = Some(PathBuf::from(arguments.next().ok_or("--vertical wants a folder")?));
        } else {
            rest.push(argument);
        }
    }
    folders.extend(FOLDERS.map(PathBuf::from));
    let mut rest = rest.into_iter();
    let output = PathBuf::from(rest.next().unwrap_or_else(|| "sample-scans".to_owned()));
    let only: Vec<String> = rest.collect();
    let fonts = Fonts::load(&folders)?;
    if let Some(folder) = trials {
        return secrecy_trials(&fonts, &folder);
    }
    if let Some(folder) = vertical_trials {
        return write_vertical_trials(&fonts, &folder);
    }
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
        for product in produce_scan(&fonts, code, &again)? {
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

/// Writes the secrecy trials, with as many threads as the machine has cores.
fn secrecy_trials(fonts: &Fonts, folder: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let next = AtomicUsize::new(0);
    let work = || -> io::Result<()> {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= secrecy::TRIALS {
                return Ok(());
            }
            let page = secrecy::page(fonts, number);
            let bytes = files::jpeg(&page.pixels, 80).map_err(io::Error::other)?;
            let dossier = folder.join(&page.name);
            fs::create_dir_all(&dossier)?;
            fs::write(dossier.join("p001.jpg"), bytes)?;
        }
    };
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        running.into_iter().try_for_each(|thread| thread.join().map_err(|_| io::Error::other("a thread broke off"))?)
    })?;
    writeln!(io::stdout(), "{} pages in {}", secrecy::TRIALS, folder.display())?;
    Ok(())
}

/// Writes the vertical trials: each page into `pages`, what it says into `truth`.
fn write_vertical_trials(fonts: &Fonts, folder: &Path) -> Result<(), Box<dyn std::error::Error>> {
    for number in 0..vertical::TRIALS {
        let page = vertical::page(fonts, number);
        let (pages, truth) = (folder.join("pages").join(&page.name), folder.join("truth"));
        fs::create_dir_all(&pages)?;
        fs::create_dir_all(&truth)?;
        fs::write(pages.join("p001.jpg"), files::jpeg(&page.pixels, 80)?)?;
        fs::write(truth.join(format!("{}.txt", page.name)), page.truth)?;
    }
    writeln!(io::stdout(), "{} pages in {}", vertical::TRIALS, folder.display())?;
    Ok(())
}
