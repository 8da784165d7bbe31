//! What was typed: the commands and their options as `clap` reads them. Their help stands in the texts (see [`help`]).
//!
//! [`help`]: crate::help

use std::path::PathBuf;
use std::str::FromStr;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use sohoa_model::Language;
use sohoa_model::day::Day;
use sohoa_model::description::DocumentField;
use sohoa_model::dossier_state::DossierState;
use sohoa_model::geometry::Rotation;
use sohoa_model::part::Share;
use sohoa_model::plan::Unit;
use sohoa_model::reading::LanguageChoice;
use sohoa_pipeline::accounts::Role;
use sohoa_pipeline::import::{Rule, RuleError};
use sohoa_pipeline::pages::PageRange;
use sohoa_pipeline::scan::{BlankBacks, Mode, Source};
use sohoa_pipeline::scanner::serve::Simulation;
use sohoa_shell::UiLanguage;
use sohoa_shell::report::ENDINGS;
use sohoa_sign::Mechanism;

#[derive(Debug, Parser)]
#[command(name = "sohoa", version)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Clone, Args)]
pub(crate) struct Global {
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) archive: Option<PathBuf>,
    #[arg(long, global = true, value_name = "NAME", value_parser = name)]
    pub(crate) operator: Option<String>,
    #[arg(long, global = true, value_name = "LANG", value_parser = UiLanguage::from_str)]
    pub(crate) ui_lang: Option<UiLanguage>,
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Init(InitArgs),
    #[command(subcommand)]
    Key(KeyCommand),
    #[command(subcommand)]
    Inventory(InventoryCommand),
    #[command(subcommand)]
    Plan(PlanCommand),
    Devices(DevicesArgs),
    #[command(subcommand)]
    Profile(ProfileCommand),
    Scan(Box<ScanArgs>),
    #[command(subcommand)]
    Page(PageCommand),
    Describe(DescribeArgs),
    Separators(SeparatorsArgs),
    Watch(WatchArgs),
    #[command(subcommand)]
    Account(AccountCommand),
    #[command(subcommand)]
    Box(BoxCommand),
    #[command(subcommand)]
    SecondVault(SecondVaultCommand),
    Enrol(EnrolArgs),
    Sync(SyncArgs),
    Import(ImportArgs),
    Process(ProcessArgs),
    Sign(SignArgs),
    Accept(AcceptArgs),
    Reject(DecisionArgs),
    Hold(DecisionArgs),
    Release(DecisionArgs),
    Clear(DecisionArgs),
    Show(Box<ShowArgs>),
    Findings(FindingsArgs),
    Search(SearchArgs),
    Progress(ProgressArgs),
    Verify(VerifyArgs),
    Check(CheckArgs),
    Export(ExportArgs),
    Doctor(DoctorArgs),
    Log(LogArgs),
    Receipt(ReceiptArgs),
    Completions(CompletionsArgs),
    Man(ManArgs),
    #[command(hide = true)]
    Worker(WorkerArgs),
}

#[derive(Debug, Args)]
pub(crate) struct JsonArgs {
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    #[arg(value_name = "DIR")]
    pub(crate) dir: PathBuf,
    #[arg(long)]
    pub(crate) demo: bool,
    #[arg(long, value_parser = name)]
    pub(crate) title: Option<String>,
    #[arg(long, value_parser = name)]
    pub(crate) organisation: Option<String>,
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    Demo(JsonArgs),
    Use(KeyUseArgs),
    Trust(KeyTrustArgs),
    Show(JsonArgs),
}

#[derive(Debug, Args)]
pub(crate) struct KeyUseArgs {
    #[arg(value_name = "FILE.p12")]
    pub(crate) file: PathBuf,
    #[arg(long, value_name = "MECHANISM", value_parser = mechanism)]
    pub(crate) mechanism: Option<Mechanism>,
    #[arg(long, value_name = "N")]
    pub(crate) password_fd: Option<u32>,
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct KeyTrustArgs {
    #[arg(value_name = "FILE.pem")]
    pub(crate) file: PathBuf,
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum InventoryCommand {
    Import(InventoryImportArgs),
    List(JsonArgs),
}

#[derive(Debug, Args)]
pub(crate) struct InventoryImportArgs {
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    #[arg(long)]
    pub(crate) preview: bool,
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PlanCommand {
    Example(JsonArgs),
    Set(PlanSetArgs),
    List(JsonArgs),
    Remove(PlanRemoveArgs),
}

#[derive(Debug, Args)]
pub(crate) struct PlanSetArgs {
    #[arg(value_parser = name)]
    pub(crate) name: String,
    #[arg(long, value_name = "PERCENT", value_parser = share)]
    pub(crate) share: u32,
    #[arg(long, default_value = "dossiers", value_parser = unit)]
    pub(crate) unit: Unit,
    #[arg(long, default_value = "")]
    pub(crate) value_class: String,
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub(crate) deadline: String,
    #[arg(long)]
    pub(crate) counts_below_standard: bool,
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct PlanRemoveArgs {
    pub(crate) name: String,
    #[arg(long)]
    pub(crate) json: bool,
}

/// How pages are read and documents signed.
#[derive(Debug, Args)]
pub(crate) struct WorkArgs {
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=256))]
    pub(crate) jobs: Option<u32>,
    #[arg(long, value_name = "LANG", default_value = "auto", value_parser = language)]
    pub(crate) lang: LanguageChoice,
    #[arg(long)]
    pub(crate) no_sign: bool,
    #[arg(long, value_name = "N", conflicts_with = "no_sign")]
    pub(crate) password_fd: Option<u32>,
}

#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    #[arg(long, value_name = "RULE", value_parser = rule)]
    pub(crate) rule: Option<Rule>,
    #[command(flatten)]
    pub(crate) work: WorkArgs,
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DescribeArgs {
    pub(crate) dossier: String,
    #[arg(id = "which_document", long = "document", value_name = "N")]
    pub(crate) document: Option<u32>,
    #[arg(long, value_name = "FIELD=VALUE", value_parser = field_value)]
    pub(crate) set: Vec<(DocumentField, String)>,
    #[arg(long)]
    pub(crate) done: bool,
    #[arg(long)]
    pub(crate) json: bool,
}

/// A field of a description and its value.
fn field_value(text: &str) -> Result<(DocumentField, String), String> {
    let (word, value) = text.split_once('=').ok_or_else(|| text.to_owned())?;
    let known = || DocumentField::ALL.map(DocumentField::word).join(", ");
    Ok((DocumentField::from_word(word).ok_or_else(known)?, value.to_owned()))
}

#[derive(Debug, Args)]
pub(crate) struct SeparatorsArgs {
    #[arg(value_name = "FILE.pdf")]
    pub(crate) new_pdf: PathBuf,
    #[arg(long, value_name = "N", default_value = "10", value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub(crate) copies: u32,
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct WatchArgs {
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    #[arg(long, value_name = "RULE", value_parser = rule)]
    pub(crate) rule: Option<Rule>,
    #[command(flatten)]
    pub(crate) work: WorkArgs,
    #[arg(long, value_name = "SECONDS", default_value = "3", value_parser = clap::value_parser!(u32).range(1..=3600))]
    pub(crate) settle: u32,
    #[arg(long)]
    pub(crate) once: bool,
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ProcessArgs {
    pub(crate) dossier: Option<String>,
    #[arg(long)]
    pub(crate) again: bool,
    #[command(flatten)]
    pub(crate) work: WorkArgs,
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct SignArgs {
    pub(crate) dossier: Option<String>,
    #[arg(long, value_name = "N")]
    pub(crate) password_fd: Option<u32>,
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct AcceptArgs {
    #[arg(value_name = "DOSSIER", required_unless_present = "all_ready", conflicts_with = "all_ready")]
    pub(crate) dossiers: Vec<String>,
    #[arg(long)]
    pub(crate) all_ready: bool,
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DecisionArgs {
    pub(crate) dossier: String,
    #[arg(long)]
    pub(crate) reason: String,
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    pub(crate) dossier: Option<String>,
    #[arg(long, requires = "dossier")]
    pub(crate) pages: bool,
    #[arg(long, value_parser = state)]
    pub(crate) state: Option<DossierState>,
    #[arg(long)]
    pub(crate) fonds: Option<String>,
    #[arg(long)]
    pub(crate) series: Option<String>,
    #[arg(long)]
    pub(crate) value_class: Option<String>,
    #[arg(long)]
    pub(crate) week: Option<String>,
    #[arg(long, value_name = "NAME")]
    pub(crate) target: Option<String>,
    #[arg(long)]
    pub(crate) met: bool,
    #[arg(long, conflicts_with = "met")]
    pub(crate) unmet: bool,
    #[arg(long, conflicts_with_all = ["met", "unmet"])]
    pub(crate) below_standard: bool,
    #[arg(long)]
    pub(crate) held: bool,
    #[arg(long)]
    pub(crate) rescan: bool,
    #[arg(long)]
    pub(crate) not_listed: bool,
    #[arg(long, value_name = "N", default_value_t = 200)]
    pub(crate) limit: usize,
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct FindingsArgs {
    pub(crate) dossier: Option<String>,
    #[arg(long)]
    pub(crate) notes: bool,
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub(crate) limit: usize,
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct SearchArgs {
    #[arg(required = true)]
    pub(crate) words: Vec<String>,
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) limit: usize,
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ProgressArgs {
    #[arg(long)]
    pub(crate) json: bool,
    #[arg(long, conflicts_with = "json")]
    pub(crate) csv: bool,
    #[arg(long, value_name = "FILE", conflicts_with_all = ["json", "csv"], value_parser = report_file)]
    pub(crate) report: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    #[arg(value_name = "FILE|DOSSIER")]
    pub(crate) what: Option<String>,
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    #[arg(long)]
    pub(crate) rebuild: bool,
    #[arg(long, conflicts_with = "rebuild")]
    pub(crate) repair: bool,
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum ExportFormat {
    Text,
    Hocr,
    Alto,
    Pdf,
}

#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    #[arg(long = "as", value_name = "FORMAT")]
    pub(crate) format: ExportFormat,
    #[arg(long, value_name = "DIR")]
    pub(crate) to: PathBuf,
    #[arg(long, value_name = "REASON")]
    pub(crate) held_reason: Option<String>,
    #[arg(value_name = "DOSSIER")]
    pub(crate) dossiers: Vec<String>,
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct LogArgs {
    pub(crate) dossier: Option<String>,
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(crate) limit: usize,
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ReceiptArgs {
    pub(crate) id: Option<String>,
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    #[arg(long)]
    pub(crate) mend: bool,
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    #[arg(value_name = "SHELL")]
    pub(crate) shell: Shell,
}

#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    #[arg(value_name = "DIR")]
    pub(crate) man_folder: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct DevicesArgs {
    #[arg(long, value_name = "ID")]
    pub(crate) device: Option<String>,
    #[arg(long)]
    pub(crate) json: bool,
}

/// How to scan, as far as it was typed.
#[derive(Debug, Args)]
pub(crate) struct ScanSettings {
    #[arg(long, value_name = "ID")]
    pub(crate) device: Option<String>,
    #[arg(long, value_name = "SOURCE", value_parser = Source::from_str)]
    pub(crate) source: Option<Source>,
    #[arg(long, value_name = "MODE", value_parser = Mode::from_str)]
    pub(crate) mode: Option<Mode>,
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(50..=2400))]
    pub(crate) dpi: Option<u32>,
    #[arg(long, value_name = "SIZE", value_parser = paper)]
    pub(crate) paper: Option<(f64, f64)>,
    #[arg(long, value_name = "RULE", value_parser = BlankBacks::from_str)]
    pub(crate) blank_backs: Option<BlankBacks>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    Set(AccountSetArgs),
    Remove(AccountRemoveArgs),
    List(JsonArgs),
}

#[derive(Debug, Args)]
pub(crate) struct AccountSetArgs {
    #[arg(value_name = "NAME", value_parser = name)]
    pub(crate) account: String,
    #[arg(long, value_name = "ROLE", value_parser = Role::from_str)]
    pub(crate) role: Role,
    #[arg(long, value_name = "N")]
    pub(crate) account_password_fd: Option<u32>,
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct AccountRemoveArgs {
    #[arg(value_name = "NAME")]
    pub(crate) account: String,
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum BoxCommand {
    List(JsonArgs),
    Show(BoxArgs),
    HandOut(BoxHandOutArgs),
    Return(BoxReturnArgs),
    Refile(BoxRefileArgs),
    Label(BoxFormArgs),
    Minutes(BoxFormArgs),
}

#[derive(Debug, Args)]
pub(crate) struct BoxArgs {
    #[arg(value_name = "BOX")]
    pub(crate) box_code: String,
    #[arg(long = "fonds", value_name = "TEXT", value_parser = name)]
    pub(crate) box_fonds: Option<String>,
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct BoxHandOutArgs {
    #[command(flatten)]
    pub(crate) which: BoxArgs,
    #[arg(long = "to", value_name = "PERSON", value_parser = name)]
    pub(crate) handed_to: String,
    #[arg(long, value_name = "TEXT", value_parser = name)]
    pub(crate) note: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct BoxReturnArgs {
    #[command(flatten)]
    pub(crate) which: BoxArgs,
    #[arg(long = "from", value_name = "PERSON", value_parser = name)]
    pub(crate) given_by: String,
    #[arg(long, value_name = "TEXT", value_parser = name)]
    pub(crate) note: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct BoxRefileArgs {
    #[command(flatten)]
    pub(crate) which: BoxArgs,
    #[arg(long, value_name = "TEXT", value_parser = name)]
    pub(crate) reason: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct BoxFormArgs {
    #[command(flatten)]
    pub(crate) which: BoxArgs,
    #[arg(value_name = "FILE.pdf")]
    pub(crate) new_pdf: PathBuf,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SecondVaultCommand {
    Set(SecondVaultSetArgs),
    Copy(JsonArgs),
    Show(JsonArgs),
    Off(JsonArgs),
}

#[derive(Debug, Args)]
pub(crate) struct SecondVaultSetArgs {
    #[arg(value_name = "DIR")]
    pub(crate) second_folder: PathBuf,
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct EnrolArgs {
    #[arg(value_name = "TEXT")]
    pub(crate) invitation: String,
    #[arg(long, value_name = "FILE")]
    pub(crate) authority: Option<PathBuf>,
    #[arg(long = "disk", value_name = "DIR")]
    pub(crate) enrol_disk: Option<PathBuf>,
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct SyncArgs {
    #[arg(long = "watch", conflicts_with = "sync_status")]
    pub(crate) sync_watch: bool,
    #[arg(long = "status")]
    pub(crate) sync_status: bool,
    #[arg(long, value_name = "N", requires = "reason", conflicts_with_all = ["sync_watch", "sync_status"])]
    pub(crate) withhold: Option<u64>,
    #[arg(long, value_name = "TEXT", value_parser = name)]
    pub(crate) reason: Option<String>,
    #[arg(long = "to", value_name = "DIR", conflicts_with_all = ["sync_watch", "sync_status", "withhold", "sync_from"])]
    pub(crate) sync_to: Option<PathBuf>,
    #[arg(long = "from", value_name = "DIR", conflicts_with_all = ["sync_watch", "sync_status", "withhold"])]
    pub(crate) sync_from: Option<PathBuf>,
    #[arg(long, value_name = "SIZE", requires = "sync_to", value_parser = size)]
    pub(crate) max_size: Option<u64>,
    #[arg(long, requires = "sync_to")]
    pub(crate) all_files: bool,
    #[arg(long = "plain", requires = "sync_to")]
    pub(crate) bundle_plain: bool,
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PageCommand {
    Turn(PageTurnArgs),
    Remove(PagesArgs),
    Removed(PageRemovedArgs),
    Restore(PageRestoreArgs),
    Move(PageMoveArgs),
    Split(PageSplitArgs),
    Part(PagesArgs),
    Pass(PagesArgs),
    Reject(PagesArgs),
}

#[derive(Debug, Args)]
pub(crate) struct PagesArgs {
    #[arg(value_name = "DOSSIER")]
    pub(crate) dossier: String,
    #[arg(value_name = "PAGE", required = true, value_parser = page_range)]
    pub(crate) page_ranges: Vec<PageRange>,
    #[arg(long, value_name = "TEXT", value_parser = name)]
    pub(crate) reason: Option<String>,
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct PageTurnArgs {
    #[command(flatten)]
    pub(crate) pages: PagesArgs,
    #[arg(long, value_name = "DEGREES", value_parser = turn)]
    pub(crate) by: Rotation,
}

#[derive(Debug, Args)]
pub(crate) struct PageSplitArgs {
    #[command(flatten)]
    pub(crate) pages: PagesArgs,
    #[arg(long = "at", value_name = "PERCENT", value_parser = cut_at)]
    pub(crate) cut_at: Option<Share>,
    #[arg(long, conflicts_with = "upright")]
    pub(crate) across: bool,
    #[arg(long)]
    pub(crate) upright: bool,
}

#[derive(Debug, Args)]
pub(crate) struct PageMoveArgs {
    #[command(flatten)]
    pub(crate) pages: PagesArgs,
    #[arg(long, value_name = "PAGE", value_parser = one_page, required_unless_present = "after", conflicts_with = "after")]
    pub(crate) before: Option<PageRange>,
    #[arg(long, value_name = "PAGE", value_parser = one_page)]
    pub(crate) after: Option<PageRange>,
}

#[derive(Debug, Args)]
pub(crate) struct PageRemovedArgs {
    #[arg(value_name = "DOSSIER")]
    pub(crate) dossier: String,
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct PageRestoreArgs {
    #[arg(value_name = "DOSSIER")]
    pub(crate) dossier: String,
    #[arg(value_name = "N", required = true)]
    pub(crate) numbers: Vec<u32>,
    #[arg(long, value_name = "TEXT", value_parser = name)]
    pub(crate) reason: String,
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ProfileCommand {
    Set(ProfileSetArgs),
    List(JsonArgs),
    Remove(ProfileRemoveArgs),
}

#[derive(Debug, Args)]
pub(crate) struct ProfileSetArgs {
    #[arg(value_name = "NAME", value_parser = name)]
    pub(crate) profile_name: String,
    #[command(flatten)]
    pub(crate) settings: ScanSettings,
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ProfileRemoveArgs {
    #[arg(value_name = "NAME", value_parser = name)]
    pub(crate) profile_name: String,
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ScanArgs {
    #[arg(value_name = "DOSSIER")]
    pub(crate) dossier: String,
    #[arg(long, value_name = "NAME", value_parser = name)]
    pub(crate) profile: Option<String>,
    #[command(flatten)]
    pub(crate) settings: ScanSettings,
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) sheets: Option<u32>,
    #[arg(long)]
    pub(crate) new_dossier: bool,
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=9_999_999))]
    pub(crate) document: Option<u32>,
    #[arg(long, conflicts_with_all = ["split", "split_at_blank"])]
    pub(crate) separators: bool,
    #[arg(long, conflicts_with = "split")]
    pub(crate) split_at_blank: bool,
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) split: Option<u32>,
    #[arg(long, value_name = "TEXT", value_parser = name)]
    pub(crate) reason: Option<String>,
    #[arg(long, value_name = "PAGE", value_parser = page_range, conflicts_with_all = ["document", "separators", "split", "split_at_blank"])]
    pub(crate) replace: Vec<PageRange>,
    #[arg(long, value_name = "PAGE", value_parser = one_page, conflicts_with_all = ["replace", "document", "separators", "split", "split_at_blank"])]
    pub(crate) before: Option<PageRange>,
    #[arg(long, conflicts_with_all = ["device", "new_dossier", "document", "replace", "before"])]
    pub(crate) close: bool,
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct WorkerArgs {
    #[arg(long)]
    pub(crate) scanner: bool,
    #[arg(long, value_name = "TEXT", requires = "scanner", value_parser = Simulation::from_str)]
    pub(crate) simulated: Option<Simulation>,
    #[arg(long, value_name = "DIR")]
    pub(crate) models: Option<PathBuf>,
}

/// What was typed, to be looked at beforehand; a path need be no text.
pub(crate) fn words() -> impl Iterator<Item = String> {
    std::env::args_os().map(|word| word.to_string_lossy().into_owned())
}

/// The language that the help and every refusal of the command line itself are shown in, before it is understood.
pub(crate) fn language_asked(arguments: impl Iterator<Item = String>) -> Option<UiLanguage> {
    let mut arguments = arguments.take_while(|argument| argument != "--");
    while let Some(argument) = arguments.next() {
        if argument == "--ui-lang" {
            return arguments.next()?.parse().ok();
        }
        if let Some(language) = argument.strip_prefix("--ui-lang=") {
            return language.parse().ok();
        }
    }
    None
}

fn name(text: &str) -> Result<String, String> {
    let name = text.trim();
    if name.is_empty() { Err("a name".to_owned()) } else { Ok(name.to_owned()) }
}

/// Bytes as the makers of disks count them: `400G`, `512M`, or a bare number.
fn size(text: &str) -> Result<u64, String> {
    let (number, unit) = match text.trim().to_ascii_uppercase() {
        text if text.ends_with('T') => (text[..text.len() - 1].to_owned(), 1_000_000_000_000),
        text if text.ends_with('G') => (text[..text.len() - 1].to_owned(), 1_000_000_000),
        text if text.ends_with('M') => (text[..text.len() - 1].to_owned(), 1_000_000),
        text => (text, 1),
    };
    let bytes = number.parse::<u64>().ok().and_then(|number| number.checked_mul(unit)).filter(|bytes| *bytes > 0);
    bytes.ok_or_else(|| "400G, 512M".to_owned())
}

fn language(text: &str) -> Result<LanguageChoice, String> {
    if text == "auto" {
        return Ok(LanguageChoice::Auto(None));
    }
    text.parse::<Language>().map(LanguageChoice::Given).map_err(|error| error.to_string())
}

/// A file whose ending says how a report is written.
fn report_file(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_lowercase();
    if ENDINGS.contains(&ending.as_str()) { Ok(path) } else { Err(ENDINGS.join(", ")) }
}

/// A turn clockwise by degrees.
fn turn(text: &str) -> Result<Rotation, String> {
    let degrees: Option<i32> = text.parse().ok().filter(|&degrees| degrees != 0);
    degrees.and_then(Rotation::from_degrees).ok_or_else(|| "90, 180, 270".to_owned())
}

/// Pages as people number them.
fn page_range(text: &str) -> Result<PageRange, String> {
    PageRange::parse(text).ok_or_else(|| "7, 3-5, 2.7".to_owned())
}

/// One page.
fn one_page(text: &str) -> Result<PageRange, String> {
    PageRange::parse(text).filter(|_| !text.contains('-')).ok_or_else(|| "7, 2.7".to_owned())
}

/// Width and height in millimetres: `a3`, `a4`, `a5`, or `210x297`.
fn paper(text: &str) -> Result<(f64, f64), String> {
    let wrong = || "a3, a4, a5, 210x297".to_owned();
    match text.to_lowercase().as_str() {
        "a3" => Ok((297.0, 420.0)),
        "a4" => Ok((210.0, 297.0)),
        "a5" => Ok((148.0, 210.0)),
        other => {
            let (width, height) = other.split_once('x').ok_or_else(wrong)?;
            let side = |text: &str| text.trim().parse::<f64>().ok().filter(|side| (10.0..=2_000.0).contains(side));
            Ok((side(width).ok_or_else(wrong)?, side(height).ok_or_else(wrong)?))
        }
    }
}

fn rule(text: &str) -> Result<Rule, String> {
    text.parse().map_err(|error: RuleError| error.to_string())
}

fn mechanism(text: &str) -> Result<Mechanism, String> {
    Mechanism::from_word(text).ok_or_else(|| Mechanism::ALL.map(Mechanism::word).join(", "))
}

fn unit(text: &str) -> Result<Unit, String> {
    Unit::from_word(text).ok_or_else(|| "dossiers, sheets, pages".to_owned())
}

fn state(text: &str) -> Result<DossierState, String> {
    let words = || DossierState::ALL.map(DossierState::word).join(", ");
    DossierState::from_word(text).ok_or_else(words)
}

/// A share in percent with at most four decimals, as parts per million.
fn share(text: &str) -> Result<u32, String> {
    let wrong = || "0–100".to_owned();
    let text = text.trim().trim_end_matches('%').trim();
    let (whole, decimals) = text.split_once(['.', ',']).unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if whole.len() > 3 || decimals.len() > 4 || !digits(whole) || !digits(decimals) {
        return Err(wrong());
    }
    let whole: u32 = whole.parse().map_err(|_| wrong())?;
    let decimals: u32 = format!("{decimals:0<4}").parse().map_err(|_| wrong())?;
    match whole * 10_000 + decimals {
        ppm @ 1..=1_000_000 => Ok(ppm),
        _ => Err(wrong()),
    }
}

/// Where a page is cut, in percent of its width or height.
fn cut_at(text: &str) -> Result<Share, String> {
    match share(text)? {
        1_000_000 => Err("0–100".to_owned()),
        ppm => Ok(Share(ppm)),
    }
}

fn day(text: &str) -> Result<String, String> {
    Day::parse(text).map(|_| text.to_owned()).ok_or_else(|| "YYYY-MM-DD".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(line.split_whitespace())
    }

    #[test]
    fn the_command_line_is_consistent_in_itself() {
        Cli::command().debug_assert();
    }

    #[test]
    fn what_people_type_is_understood() {
        let lines = [
            "sohoa init --demo kho",
            "sohoa --archive kho --operator Lan import quét --jobs 2 --lang vie --json",
            "sohoa import quét --dry-run --ui-lang en",
            "sohoa plan set 2025 --share 30 --value-class valuable --deadline 2025-12-31",
            "sohoa accept --all-ready",
            "sohoa accept H49.1 H49.2",
            "sohoa show --target 2025 --unmet",
            "sohoa export --as text --to ra H49.1 --held-reason thanh-tra",
            "sohoa release H49.1 --reason đã-xem",
            "sohoa key use a.p12 --password-fd 3",
            "sohoa key use a.p12 --mechanism rsa-pss",
            "sohoa completions bash",
            "sohoa devices --device test:0 --json",
            "sohoa scan H49.1 --device test:0 --source adf-duplex --sheets 50 --new-dossier",
            "sohoa scan H49.1 --source flatbed --paper 210x330 --dpi 300 --mode gray --reason mờ",
            "sohoa scan H49.1 --close --sheets 50",
            "sohoa scan H49.1 --separators --document 3",
            "sohoa separators tờ.pdf --copies 20",
            "sohoa scan H49.1 --profile bản-đồ --dpi 400",
            "sohoa profile set bản-đồ --dpi 300 --paper a3 --source flatbed",
            "sohoa profile list --json",
            "sohoa watch nóng --settle 5 --once --lang vie",
            "sohoa enrol https://hub.example#K7QF --authority ca.pem",
            "sohoa sync --watch",
            "sohoa sync --status --json",
            "sohoa sync --withhold 17 --reason hỏng",
            "sohoa sync --to /media/đĩa --max-size 400G --all-files --plain",
            "sohoa sync --from /media/đĩa --json",
            "sohoa worker",
        ];
        for line in lines {
            parse(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let lines = [
            "sohoa",
            "sohoa import",
            "sohoa import quét --jobs 0",
            "sohoa import quét --lang tiếng-việt",
            "sohoa accept",
            "sohoa accept A --all-ready",
            "sohoa hold A",
            "sohoa show --met --unmet",
            "sohoa plan set x --share 0 --deadline 2025-12-31",
            "sohoa plan set x --share 30 --deadline 2025-02-30",
            "sohoa export --as docx --to ra",
            "sohoa check --rebuild --repair",
            "sohoa key use a.p12 --mechanism md5",
            "sohoa -q -v show",
            "sohoa completions cmd",
            "sohoa enrol",
            "sohoa sync --watch --status",
            "sohoa sync --withhold 17",
            "sohoa sync --to a --from a",
            "sohoa sync --to a --max-size 0",
            "sohoa sync --to a --max-size nhiều",
            "sohoa sync --plain",
            "sohoa scan",
            "sohoa scan A --separators --split 2",
            "sohoa scan A --source tray",
            "sohoa scan A --paper letter",
            "sohoa scan A --close --new-dossier",
        ];
        for line in lines {
            assert!(parse(line).is_err(), "{line}");
        }
    }

    #[test]
    fn a_share_is_read_exactly() {
        let cases = [("30", 300_000), ("12.5", 125_000), ("33,3333", 333_333), ("100 %", 1_000_000), ("0.0001", 1)];
        for (text, ppm) in cases {
            assert_eq!(share(text), Ok(ppm), "{text}");
        }
        for text in ["", "0", "100.1", "-3", "1.23456", "ba mươi", "1e2"] {
            assert!(share(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_language_is_known_before_the_rest_is() {
        let asked = |line: &str| language_asked(line.split(' ').map(str::to_owned));
        assert_eq!(asked("sohoa --ui-lang en import"), Some(UiLanguage::English));
        assert_eq!(asked("sohoa import --ui-lang=vi x"), Some(UiLanguage::Vietnamese));
        assert_eq!(asked("sohoa search -- --ui-lang en"), None);
    }
}
