//! Accounts: who may work at a station that asks for a password, and what each may do.
//!
//! As long as an archive has no account, everybody works under the name that the front-end gives, as scripts do. Passwords
//! are kept as Argon2id hashes (RFC 9106) in `sohoa.toml`.

use std::str::FromStr;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use serde::{Deserialize, Serialize};
use serde_json::json;
pub use sohoa_sign::Secret;

use crate::archive::Archive;
use crate::error::PipelineError;
use crate::settings::ArchiveSettings;

/// Letters of a password, at least.
pub const SHORTEST: usize = 8;

/// What somebody may do; each role may do what those before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Scans, checks, describes.
    Archivist,
    /// Closes batches whose count is not right, sees who did how much.
    Supervisor,
    /// Lifts holds, makes accounts, changes what the archive trusts.
    Administrator,
}

impl Role {
    /// All, the one that may least first.
    pub const ALL: [Self; 3] = [Self::Archivist, Self::Supervisor, Self::Administrator];

    /// The word in settings and records.
    pub fn word(self) -> &'static str {
        match self {
            Self::Archivist => "archivist",
            Self::Supervisor => "supervisor",
            Self::Administrator => "administrator",
        }
    }
}

impl FromStr for Role {
    type Err = String;

    /// The error lists the words that there are.
    fn from_str(word: &str) -> Result<Self, String> {
        let known = || Self::ALL.map(Self::word).join(", ");
        Self::ALL.into_iter().find(|role| role.word() == word).ok_or_else(known)
    }
}

/// Somebody who may work in an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// The name that events carry.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The hash of the password, a PHC string.
    pub password: String,
}

impl ArchiveSettings {
    /// What an operator may do. Where there are accounts, who has none may do least; where there are none, all.
    pub fn role(&self, operator: &str) -> Role {
        let account = self.people.accounts.iter().find(|account| account.name == operator);
        match account {
            _ if self.people.administrators.iter().any(|name| name == operator) => Role::Administrator,
            Some(account) => account.role,
            None if self.people.accounts.is_empty() => Role::Supervisor,
            None => Role::Archivist,
        }
    }
}

/// Makes an account, or gives one another role and password.
///
/// # Errors
/// [`PipelineError::NotAdministrator`] unless an administrator does it; [`PipelineError::WeakPassword`].
pub fn set(archive: &mut Archive, name: &str, role: Role, password: &Secret) -> Result<(), PipelineError> {
    archive.require_administrator()?;
    if password.reveal().chars().count() < SHORTEST {
        return Err(PipelineError::WeakPassword);
    }
    let randomness = &archive.session().randomness;
    let salt = [randomness.ten_bytes(), randomness.ten_bytes()].concat();
    let hash = Argon2::default().hash_password_with_salt(password.reveal().as_bytes(), &salt);
    let hash = hash.map_err(|error| PipelineError::record("password", error))?;
    let mut settings = archive.latest_settings()?;
    settings.people.accounts.retain(|account| account.name != name);
    settings.people.accounts.push(Account { name: name.to_owned(), role, password: hash.to_string() });
    settings.people.accounts.sort_by(|a, b| a.name.cmp(&b.name));
    archive.replace_settings(settings)?;
    archive.catalog().log("account set", None, &json!({ "name": name, "role": role.word() }), &archive.act())?;
    Ok(())
}

/// Removes an account. What its holder did stays under the name.
///
/// # Errors
/// [`PipelineError::NoSuchAccount`] if there is none of this name.
pub fn remove(archive: &mut Archive, name: &str) -> Result<(), PipelineError> {
    archive.require_administrator()?;
    let mut settings = archive.latest_settings()?;
    let before = settings.people.accounts.len();
    settings.people.accounts.retain(|account| account.name != name);
    if settings.people.accounts.len() == before {
        return Err(PipelineError::NoSuchAccount(name.to_owned()));
    }
    archive.replace_settings(settings)?;
    archive.catalog().log("account removed", None, &json!({ "name": name }), &archive.act())?;
    Ok(())
}

/// Whether a password is that of an account; gives its role.
///
/// # Errors
/// [`PipelineError::WrongPassword`], also if there is no such account: the answer says nothing about names.
pub fn sign_in(settings: &ArchiveSettings, name: &str, password: &Secret) -> Result<Role, PipelineError> {
    let account = settings.people.accounts.iter().find(|account| account.name == name);
    let account = account.ok_or(PipelineError::WrongPassword)?;
    let hash = PasswordHash::new(&account.password).map_err(|error| PipelineError::record("password", error))?;
    let is_right = Argon2::default().verify_password(password.reveal().as_bytes(), &hash).is_ok();
    if is_right { Ok(settings.role(name)) } else { Err(PipelineError::WrongPassword) }
}

/// Whether the operator has at least this role.
///
/// # Errors
/// [`PipelineError::NotAllowed`] if not.
pub fn needs(archive: &Archive, role: Role) -> Result<(), PipelineError> {
    let operator = &archive.session().operator;
    match archive.settings().role(operator) {
        has if has >= role => Ok(()),
        _ => Err(PipelineError::NotAllowed { operator: operator.clone(), role }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::PeopleSection;

    fn settings(accounts: &[(&str, Role)]) -> ArchiveSettings {
        let toml = "[archive]\ntitle = 'Kho'\norganisation = 'Sở'\nprofile = 'TT05-2025'\n";
        let mut settings: ArchiveSettings = toml::from_str(toml).unwrap();
        let hash = Argon2::default().hash_password_with_salt("mật khẩu dài".as_bytes(), &[7; 20]).unwrap().to_string();
        let account =
            |(name, role): &(&str, Role)| Account { name: (*name).to_owned(), role: *role, password: hash.clone() };
        settings.people =
            PeopleSection { administrators: vec!["An".to_owned()], accounts: accounts.iter().map(account).collect() };
        settings
    }

    #[test]
    fn a_password_opens_its_own_account_alone() {
        let settings = settings(&[("Lan", Role::Archivist), ("Minh", Role::Supervisor)]);
        let right = Secret::new("mật khẩu dài");
        assert_eq!(sign_in(&settings, "Minh", &right).unwrap(), Role::Supervisor);
        for (name, password) in
            [("Minh", "mat khau dai"), ("Minh", ""), ("Bình", "mật khẩu dài"), ("An", "mật khẩu dài")]
        {
            let refused = sign_in(&settings, name, &Secret::new(password));
            assert!(matches!(refused, Err(PipelineError::WrongPassword)), "{name} {password}");
        }
        assert!(settings.people.accounts[0].password.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    }

    #[test]
    fn who_has_no_account_may_do_least_once_there_are_accounts() {
        assert_eq!(settings(&[]).role("ai đó"), Role::Supervisor);
        let settings = settings(&[("Lan", Role::Archivist), ("Minh", Role::Supervisor)]);
        let roles = ["An", "Lan", "Minh", "ai đó"].map(|name| settings.role(name));
        assert_eq!(roles, [Role::Administrator, Role::Archivist, Role::Supervisor, Role::Archivist]);
    }
}
