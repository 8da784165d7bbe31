//! `account`: who may work at a station that asks for a password.

use std::io::IsTerminal;
use std::path::PathBuf;

use serde::Serialize;
use sohoa_pipeline::accounts;
use sohoa_pipeline::archive::Archive;
use sohoa_shell::Exit;
use sohoa_shell::station::{self, StationError};
use sohoa_sign::Secret;

use crate::args::{AccountCommand, AccountSetArgs};
use crate::front::Front;
use crate::stop::Stop;
use crate::table::Table;

/// An account as JSON; its password is nobody's business.
#[derive(Serialize)]
struct AccountRecord<'a> {
    name: &'a str,
    role: &'static str,
}

pub(super) fn run(front: &mut Front, command: &AccountCommand) -> Result<Exit, Stop> {
    let mut archive = front.open()?;
    let as_json = match command {
        AccountCommand::Set(args) => {
            let password = password(front, args)?;
            accounts::set(&mut archive, &args.account, args.role, &password)?;
            args.json
        }
        AccountCommand::Remove(args) => {
            accounts::remove(&mut archive, &args.account)?;
            args.json
        }
        AccountCommand::List(args) => args.json,
    };
    tell(front, &archive, as_json);
    Ok(Exit::Done)
}

fn password(front: &Front, args: &AccountSetArgs) -> Result<Secret, Stop> {
    if let Some(number) = args.account_password_fd {
        return Ok(station::read_password(&PathBuf::from(format!("/dev/fd/{number}")))?);
    }
    if !std::io::stdin().is_terminal() {
        return Err(StationError::NoPassword.into());
    }
    let values = [("name", (&args.account).into())];
    let typed = rpassword::prompt_password(front.texts.say("account-password-prompt", &values));
    Ok(Secret::new(typed.map_err(|_| StationError::NoPassword)?))
}

fn tell(front: &mut Front, archive: &Archive, as_json: bool) {
    let all = &archive.settings().people.accounts;
    if as_json {
        let records: Vec<_> =
            all.iter().map(|account| AccountRecord { name: &account.name, role: account.role.word() }).collect();
        front.output.json(&records);
        return;
    }
    if all.is_empty() {
        let line = front.text("accounts-none");
        front.output.note(line);
    }
    let mut table = Table::default();
    for account in all {
        table.row([account.name.clone(), front.text(&format!("role-{}", account.role.word()))]);
    }
    front.output.table(&table);
}
