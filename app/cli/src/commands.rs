//! The commands, one file a family: each turns what was typed into a plan, calls a verb and tells what came of it.

mod account;
mod check;
mod completions;
mod custody;
mod decide;
mod describe;
mod devices;
mod doctor;
mod export;
mod findings;
mod import;
mod init;
mod inventory;
mod key;
mod log;
mod man;
mod page;
mod plan;
mod process;
mod profile;
mod progress;
mod receipt;
mod scan;
mod search;
mod second_vault;
mod separators;
mod show;
mod show_batches;
mod show_dossier;
mod show_pages;
mod sync;
mod verify;
mod watch;
pub(crate) mod worker;

use sohoa_pipeline::decide::Decision;
use sohoa_shell::Exit;

use crate::args::{Command, InventoryCommand, KeyCommand, PlanCommand, ProfileCommand};
use crate::front::Front;
use crate::stop::Stop;

/// Runs a command and says how it ended.
pub(crate) fn run(front: &mut Front, command: Command) -> Result<Exit, Stop> {
    match command {
        Command::Init(args) => init::run(front, args),
        Command::Key(KeyCommand::Demo(args)) => key::demo(front, args.json),
        Command::Key(KeyCommand::Use(args)) => key::use_file(front, &args),
        Command::Key(KeyCommand::Trust(args)) => key::trust(front, &args),
        Command::Key(KeyCommand::Show(args)) => key::show(front, args.json),
        Command::Inventory(InventoryCommand::Import(args)) => inventory::import(front, &args),
        Command::Inventory(InventoryCommand::List(args)) => inventory::list(front, args.json),
        Command::Plan(PlanCommand::Example(args)) => plan::example(front, args.json),
        Command::Plan(PlanCommand::Set(args)) => plan::set(front, args),
        Command::Plan(PlanCommand::List(args)) => plan::list(front, args.json),
        Command::Plan(PlanCommand::Remove(args)) => plan::remove(front, &args),
        Command::Devices(args) => devices::run(front, &args),
        Command::Profile(ProfileCommand::Set(args)) => profile::set(front, &args),
        Command::Profile(ProfileCommand::List(args)) => profile::list(front, args.json),
        Command::Profile(ProfileCommand::Remove(args)) => profile::remove(front, &args),
        Command::Scan(args) => scan::run(front, &args),
        Command::Account(command) => account::run(front, &command),
        Command::Box(command) => custody::run(front, &command),
        Command::Enrol(args) => sync::enrol(front, &args),
        Command::Sync(args) => sync::run(front, &args),
        Command::SecondVault(command) => second_vault::run(front, &command),
        Command::Page(command) => page::run(front, &command),
        Command::Describe(args) => describe::run(front, &args),
        Command::Separators(args) => separators::run(front, &args),
        Command::Watch(args) => watch::run(front, &args),
        Command::Import(args) => import::run(front, &args),
        Command::Process(args) => process::process(front, args),
        Command::Sign(args) => process::sign(front, args),
        Command::Accept(args) => decide::accept(front, args),
        Command::Reject(args) => decide::decide(front, &args.dossier, Decision::Reject(args.reason), args.json),
        Command::Hold(args) => decide::decide(front, &args.dossier, Decision::Hold(args.reason), args.json),
        Command::Release(args) => decide::decide(front, &args.dossier, Decision::Release(args.reason), args.json),
        Command::Clear(args) => decide::decide(front, &args.dossier, Decision::Clear(args.reason), args.json),
        Command::Show(args) => show::run(front, *args),
        Command::Findings(args) => findings::run(front, &args),
        Command::Search(args) => search::run(front, &args),
        Command::Progress(args) => progress::run(front, &args),
        Command::Verify(args) => verify::run(front, &args),
        Command::Check(args) => check::run(front, &args),
        Command::Export(args) => export::run(front, args),
        Command::Doctor(args) => doctor::run(front, &args),
        Command::Log(args) => log::run(front, &args),
        Command::Receipt(args) => receipt::run(front, &args),
        Command::Completions(args) => Ok(completions::run(front, &args)),
        Command::Man(args) => man::run(front, &args),
        Command::Worker(args) => Ok(worker::run(&args)),
    }
}
