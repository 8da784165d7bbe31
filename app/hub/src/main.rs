//! The binary `sohoa-hub`: reads the settings, does one command, says what came of it.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use sohoa_hub::access::{self, About, Deed};
use sohoa_hub::arguments::{Arguments, Command, IndicatorCommand, Published};
use sohoa_hub::backup::{self, BackupError};
use sohoa_hub::collect::{self, CollectError, Collected, Mode, Order, Sweep};
use sohoa_hub::database::DatabaseError;
use sohoa_hub::doctor::{self, Weight};
use sohoa_hub::fixity::Extent;
use sohoa_hub::hub::{self, HubError};
use sohoa_hub::indicators::{self, IndicatorError};
use sohoa_hub::invite::{self, InviteError, Invited};
use sohoa_hub::marker::{Marker, MarkerError};
use sohoa_hub::page::{self, ReportError};
use sohoa_hub::people::{self, PeopleError};
use sohoa_hub::publish::{self, PublishError, from_file};
use sohoa_hub::rebuild::{self, Difference, Log, Purpose, RebuildError, Report};
use sohoa_hub::receive::{self, Admitted, ReceiveError, Received, Reception};
use sohoa_hub::refusal::chain_of;
use sohoa_hub::revoke::{self, RevokeError};
use sohoa_hub::serve::{self, ServeError};
use sohoa_hub::settings::SettingsError;
use sohoa_hub::store::{Store, StoreError};
use sohoa_hub::words::Language;
use sohoa_hub::{Hub, Settings, database, quota};
use sohoa_model::crash;
use sohoa_wire::enrolment::Invitation;
use sqlx_postgres::PgPool;
use tokio::signal::unix::{SignalKind, signal};

/// What a rebuild or a comparison ends with that was not done; 1 says that something differs.
const NOT_COMPARED: u8 = 2;
/// Letters of a command line that are written down.
const LINE: usize = 500;

/// Why a command was not done.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    Hub(#[from] HubError),
    #[error(transparent)]
    Database(#[from] DatabaseError),
    #[error(transparent)]
    Serve(#[from] ServeError),
    #[error(transparent)]
    Invite(#[from] InviteError),
    #[error(transparent)]
    Publish(#[from] PublishError),
    #[error(transparent)]
    FromFile(#[from] from_file::FromFileError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Marker(#[from] MarkerError),
    #[error(transparent)]
    Receive(#[from] ReceiveError),
    #[error(transparent)]
    Backup(#[from] BackupError),
    #[error("{}", if matches!(.0, RebuildError::Commit(_)) { "the tables may be mended or not" } else { "the tables are as they were" })]
    Rebuild(#[from] RebuildError),
    #[error(transparent)]
    Collect(#[from] CollectError),
    #[error(transparent)]
    People(#[from] PeopleError),
    #[error("{0} cannot be read")]
    Read(std::path::PathBuf, #[source] std::io::Error),
    #[error("{0} cannot be written")]
    Write(std::path::PathBuf, #[source] std::io::Error),
    #[error(transparent)]
    Report(#[from] ReportError),
    #[error(transparent)]
    Revoke(#[from] RevokeError),
    #[error(transparent)]
    Indicator(#[from] IndicatorError),
    #[error("the system does not let the hub work")]
    System(#[from] std::io::Error),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Ok(wanted) = std::env::var(crash::VARIABLE) {
        crash::arm(&wanted);
    }
    let not_done = match arguments.command {
        Command::Rebuild { .. } => ExitCode::from(NOT_COMPARED),
        _ => ExitCode::FAILURE,
    };
    let done = runtime().and_then(|runtime| runtime.block_on(run(arguments, &line())));
    done.unwrap_or_else(|failure| {
        let _ = writeln!(std::io::stderr(), "sohoa-hub: {}", chain_of(&failure));
        not_done
    })
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    // The client that speaks to a bucket has no cryptography of its own; where one is set already, it stays.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

/// The command line as it was typed, with whose account it was typed by; no secret is ever an argument.
fn line() -> String {
    let who = ["SUDO_USER", "USER"].iter().find_map(|name| std::env::var(name).ok()).unwrap_or_default();
    let words: Vec<String> = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    format!("{who}: {}", words.join(" ")).chars().take(LINE).collect()
}

async fn run(arguments: Arguments, line: &str) -> Result<ExitCode, Failure> {
    let settings = Settings::read(&arguments.config)?;
    let is_noted = !matches!(arguments.command, Command::Serve | Command::Doctor { files: false, .. });
    let database = settings.database.clone();
    let done = perform(arguments.command, settings, line).await;
    if let Err(failure) = &done
        && is_noted
        && let Err(unsaid) = note_failure(&database, &format!("{line}: {}", chain_of(failure))).await
    {
        let why = chain_of(&unsaid);
        let _ = writeln!(std::io::stderr(), "sohoa-hub: the access log does not say that this was not done: {why}");
    }
    done
}

/// Writes down why a command was not done; who typed it is told in any case.
async fn note_failure(database: &str, detail: &str) -> Result<(), Failure> {
    note(&database::connect(database).await?, detail).await
}

/// Writes a command into the access log.
async fn note(pool: &PgPool, detail: &str) -> Result<(), Failure> {
    let about = About { detail: Some(detail), ..About::default() };
    Ok(access::write(pool, access::PROGRAM, Deed::Command, about).await.map_err(DatabaseError::Statement)?)
}

/// The database, once what is about to be done is written down.
async fn open(settings: &Settings, line: &str) -> Result<PgPool, Failure> {
    let pool = database::connect(&settings.database).await?;
    database::check_schema(&pool).await?;
    note(&pool, line).await?;
    Ok(pool)
}

async fn perform(command: Command, settings: Settings, line: &str) -> Result<ExitCode, Failure> {
    let mut out = std::io::stdout();
    match command {
        Command::Migrate => {
            let pool = database::connect(&settings.database).await?;
            database::migrate(&pool).await?;
            note(&pool, line).await?;
            if hub::ensure_key(&settings.key_file)? {
                writeln!(out, "made the key {}", settings.key_file.display())?;
            }
            writeln!(out, "the database is up to date")?;
        }
        Command::Serve => serve(settings).await?,
        Command::Enrol { unit, unit_name, name, again, on_disk } => {
            let pool = open(&settings, line).await?;
            let invited = match again {
                Some(station) => Invited::Again(station),
                None => Invited::New { unit: unit.unwrap_or_default(), unit_name, name: name.unwrap_or_default() },
            };
            let key = if on_disk { Some(hub::read_key(&settings.key_file)?.public()) } else { None };
            let invitation = invite::invite(&pool, &settings, &invited).await?;
            writeln!(out, "{}", Invitation { key, ..invitation })?;
        }
        Command::Publish { unit, station, kind, file } => {
            let pool = open(&settings, line).await?;
            let lines = lines(&pool, &settings, kind, &unit, station.is_some(), file).await?;
            let lines: Vec<&[u8]> = lines.iter().map(Vec::as_slice).collect();
            let cursor = publish::publish(&pool, &unit, station, &lines).await?;
            writeln!(out, "{} records sent down, up to {cursor}", lines.len())?;
        }
        Command::Receive { folder, json } => {
            let hub = Hub::open(settings).await?;
            note(&hub.pool, line).await?;
            return tell_received(&receive::receive(&hub, &folder).await?, json, &mut out);
        }
        Command::Backup { folder } => {
            let pool = open(&settings, line).await?;
            writeln!(out, "{}", backup::backup(&pool, &settings, &folder).await?.display())?;
        }
        Command::Restore { manifest } => {
            let pool = database::connect(&settings.database).await?;
            let generation = backup::restore(&pool, &settings, &manifest).await?;
            // Before there was no log to write into.
            note(&pool, line).await?;
            writeln!(out, "restored as generation {generation}")?;
        }
        Command::Rebuild { compare, json } => {
            let pool = open(&settings, line).await?;
            let purpose = if compare { Purpose::Compare } else { Purpose::Mend };
            let report = rebuild::rebuild(&pool, &Store::open(&settings.store)?, purpose).await?;
            return tell_rebuilt(&report, purpose, json, &mut out);
        }
        Command::Person { login, disable, enable, .. } if disable || enable => {
            let pool = open(&settings, line).await?;
            people::set_active(&pool, &login, enable).await?;
            writeln!(out, "{login} {}", if enable { "may sign in again" } else { "is shut out; open sessions ended" })?;
        }
        Command::Person { login, name, role, unit, password_file, .. } => {
            let text = match password_file {
                Some(path) => std::fs::read_to_string(&path).map_err(|error| Failure::Read(path, error))?,
                None => std::io::read_to_string(std::io::stdin())?,
            };
            let password = text.lines().next().unwrap_or_default();
            let pool = open(&settings, line).await?;
            people::set(&pool, &login, &name.unwrap_or_default(), role, unit.as_deref(), password).await?;
            writeln!(out, "{login} may sign in")?;
        }
        Command::Revoke { station } => {
            let pool = open(&settings, line).await?;
            let done = revoke::revoke(&pool, station).await?;
            writeln!(out, "{} is revoked: what it sends from now on is refused", done.name)?;
            writeln!(
                out,
                "the {} records that it sent stay; {} open invitations for it are void",
                done.seq, done.invitations
            )?;
            writeln!(out, "to let it in again on a new machine: sohoa-hub enrol --again {station}")?;
        }
        Command::Quota { unit, bytes } => {
            let pool = open(&settings, line).await?;
            let quota = bytes.map(|bytes| i64::try_from(bytes).unwrap_or(i64::MAX));
            if !quota::set(&pool, &unit, quota).await.map_err(DatabaseError::Statement)? {
                return Err(PeopleError::UnknownUnit(unit).into());
            }
            match bytes {
                Some(bytes) => writeln!(out, "{unit} may have {bytes} bytes")?,
                None => writeln!(out, "{unit} has no quota")?,
            }
        }
        Command::Indicator { command: IndicatorCommand::Import { file } } => {
            let text = std::fs::read_to_string(&file).map_err(|error| Failure::Read(file, error))?;
            let pool = open(&settings, line).await?;
            let rows = indicators::import(&pool, &text, None, access::PROGRAM).await?;
            writeln!(out, "took {rows} rows")?;
        }
        Command::Report { day, unit, english, out: path } => {
            let pool = open(&settings, line).await?;
            let language = if english { Language::English } else { Language::Vietnamese };
            let text = page::report_file(&pool, unit.as_deref(), language, day).await?;
            let written = std::fs::File::create_new(&path).and_then(|mut file| file.write_all(text.as_bytes()));
            written.map_err(|error| Failure::Write(path, error))?;
        }
        Command::Collect { days, sweep, orphan_days, dry_run, anyway } => {
            let pool = open(&settings, line).await?;
            let store = Store::open(&settings.store)?;
            let mode = if dry_run { Mode::Tell } else { Mode::Remove };
            let sweep = sweep.then_some(Sweep { days: orphan_days, anyway });
            let collected = collect::collect(&pool, &store, Order { days, sweep, mode }).await?;
            return tell_collected(&collected, sweep, mode, &mut out);
        }
        Command::Doctor { files, share, anyway, json } => {
            if files {
                open(&settings, line).await?;
            }
            let extent = files.then(|| share.map_or(Extent::All, Extent::Percent));
            return examine(&settings, extent.map(|extent| (extent, anyway)), json, &mut out).await;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The records of a file that is to be published.
async fn lines(
    pool: &PgPool,
    settings: &Settings,
    kind: Published,
    unit: &str,
    is_for_one: bool,
    file: PathBuf,
) -> Result<Vec<Vec<u8>>, Failure> {
    if kind == Published::Inventory {
        let store = Store::open(&settings.store)?;
        Marker::ensure(pool, &store).await?;
        return Ok(from_file::inventory(pool, &store, unit, is_for_one, &file).await?);
    }
    let text = std::fs::read_to_string(&file).map_err(|error| Failure::Read(file, error))?;
    Ok(match kind {
        Published::Profiles => from_file::profiles(&text)?,
        Published::Accounts => from_file::accounts(pool, &text).await?,
        Published::Records | Published::Inventory => {
            text.split('\n').filter(|line| !line.is_empty()).map(|line| line.as_bytes().to_vec()).collect()
        }
    })
}

fn tell_received(reception: &Reception, json: bool, out: &mut impl Write) -> Result<ExitCode, Failure> {
    for admitted in &reception.admitted {
        let Admitted { name, station, refused } = admitted;
        match (json, station, refused) {
            (true, ..) => writeln!(out, "{}", serde_json::to_string(admitted).unwrap_or_default())?,
            (false, Some((station, unit)), _) => writeln!(out, "{name}: enrolled {station} ({unit})")?,
            (false, None, why) => {
                writeln!(out, "{name}: refused: {}", why.as_deref().unwrap_or_default())?;
            }
        }
    }
    for bundle in &reception.bundles {
        if json {
            writeln!(out, "{}", serde_json::to_string(bundle).unwrap_or_default())?;
            continue;
        }
        let Received { name, taken, had, refused } = bundle;
        match refused {
            None => writeln!(out, "{name}: {taken} records taken, {had} had been taken before")?,
            Some(why) => {
                writeln!(out, "{name}: refused: {why}; {taken} records taken, {had} had been taken before")?;
            }
        }
    }
    for (station, error) in &reception.unanswered {
        let text = chain_of(error);
        writeln!(
            std::io::stderr(),
            "sohoa-hub: the answer to {station} could not be written: {text}. The records that were taken are safe in the \
             hub; mend it and run the command again"
        )?;
    }
    let is_whole = reception.admitted.iter().all(|admitted| admitted.refused.is_none())
        && reception.unanswered.is_empty()
        && reception.bundles.iter().all(|bundle| bundle.refused.is_none());
    Ok(if is_whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn tell_rebuilt(report: &Report, purpose: Purpose, json: bool, out: &mut impl Write) -> Result<ExitCode, Failure> {
    let is_same = report.differences.is_empty();
    let is_lasting = report.differences.iter().any(|difference| difference.lasting);
    let is_whole = is_same || (purpose == Purpose::Mend && !is_lasting);
    let code = if is_whole { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    if json {
        writeln!(out, "{}", serde_json::to_string(report).unwrap_or_default())?;
        return Ok(code);
    }
    for Log { station, name, batches, records } in &report.logs {
        writeln!(out, "{name} ({station}): {batches} batches, {records} records")?;
    }
    for Difference { table, missing, odd, other, lasting } in &report.differences {
        let stays = if *lasting { "; no batch mends that" } else { "" };
        writeln!(out, "{table}: {missing} rows are missing, {odd} too many, {other} have other values{stays}")?;
    }
    let words = match (purpose, report.can_be_mended(), is_lasting) {
        (_, false, false) => "the tables are what the batches say; nothing was changed",
        (_, false, true) => "the tables are not what the batches say, and no batch mends that; nothing was changed",
        (Purpose::Mend, true, false) => "the tables are what the batches say now",
        (Purpose::Mend, true, true) => "the tables are what the batches say now, but for what no batch mends",
        (Purpose::Compare, true, _) => "the tables are not what the batches say; `sohoa-hub rebuild` makes them so",
    };
    writeln!(out, "{words}")?;
    Ok(code)
}

fn tell_collected(
    collected: &Collected,
    sweep: Option<Sweep>,
    mode: Mode,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let Collected { files, bytes, uploads, orphans, orphan_bytes, left_alone, kept, mended, stuck, stuck_first } =
        collected;
    let (removed, gave) = match mode {
        Mode::Remove => ("removed", "gave"),
        Mode::Tell => ("would remove", "would give"),
    };
    writeln!(out, "{removed} {files} files that no record names ({bytes} bytes)")?;
    writeln!(out, "{removed} the parts of {uploads} uploads that nobody completes")?;
    if sweep.is_some() {
        writeln!(out, "{removed} {orphans} objects that no row names ({orphan_bytes} bytes)")?;
    }
    if *mended > 0 {
        writeln!(out, "{gave} {mended} files an object that no row named, for their own is missing or damaged")?;
    }
    if *kept > 0 {
        writeln!(out, "{kept} objects that no row names stay, for the object that a row names instead is not whole")?;
    }
    if *stuck > 0 {
        writeln!(std::io::stderr(), "sohoa-hub: {stuck} could not be removed; the first: {}", stuck_first.join("; "))?;
    }
    if *left_alone > 0 {
        writeln!(
            std::io::stderr(),
            "sohoa-hub: {left_alone} objects that no row names stay, for they are more than those that rows name: is the store \
             this database's alone? If it is, and they are not needed: --anyway"
        )?;
    }
    Ok(if *stuck + *left_alone == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn serve(settings: Settings) -> Result<(), Failure> {
    tracing_subscriber::fmt().json().flatten_event(true).with_writer(std::io::stderr).init();
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let listening = serve::listen(Hub::open(settings).await?).await?;
    writeln!(std::io::stdout(), "listening at {}", listening.address)?;
    listening
        .run(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            tracing::info!("stopping");
        })
        .await;
    Ok(())
}

async fn examine(
    settings: &Settings,
    files: Option<(Extent, bool)>,
    json: bool,
    out: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let findings = doctor::examine(settings, files).await;
    for finding in &findings {
        if json {
            writeln!(out, "{}", serde_json::to_string(finding).unwrap_or_default())?;
        } else {
            let weight = match finding.weight {
                Weight::Fine => "ok    ",
                Weight::Look => "look  ",
                Weight::Broken => "broken",
            };
            writeln!(out, "{weight}  {}: {}", finding.about, finding.found)?;
        }
    }
    let worst = findings.iter().map(|finding| finding.weight).max().unwrap_or(Weight::Fine);
    Ok(ExitCode::from(if worst == Weight::Broken { 1 } else { 0 }))
}
