//! Help: what stands behind `--help`, and what is said when a command line is not understood, in the language asked for.

use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command, CommandFactory};
use sohoa_shell::{Exit, Failure, Texts};

use crate::args::{self, Cli};
use crate::output;

/// The command line with its help in the language of the texts.
pub(crate) fn command(texts: &Texts) -> Command {
    // Building first adds `help` and `--version` everywhere, so that they are translated as well.
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    translate(command, texts, "help-sohoa")
}

fn translate(mut command: Command, texts: &Texts, id: &str) -> Command {
    let usage = texts.get("help-heading-usage");
    let line = usage_line(&mut command, texts);
    command = command
        .about(texts.get(id))
        .help_template(format!("{{about}}\n\n{usage}: {line}\n\n{{all-args}}"))
        .subcommand_help_heading(texts.get("help-heading-commands"));
    let names: Vec<_> = command.get_arguments().map(|arg| arg.get_id().clone()).collect();
    for name in names {
        command = command.mut_arg(&name, |arg| translate_arg(arg, texts));
    }
    let subcommands: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    for name in subcommands {
        let id = match id {
            "help-sohoa" => format!("help-{name}"),
            outer => format!("{outer}-{name}"),
        };
        command = command.mut_subcommand(name, |sub| translate(sub, texts, &id));
    }
    command
}

/// How a command is typed, with the words that the library writes itself in the language of the texts.
fn usage_line(command: &mut Command, texts: &Texts) -> String {
    let line = command.render_usage().to_string();
    let line = line.split_once(": ").map_or(line.as_str(), |(_, line)| line);
    line.replace("[OPTIONS]", &texts.get("help-any-options")).replace("<COMMAND>", &texts.get("help-any-command"))
}

fn translate_arg(arg: Arg, texts: &Texts) -> Arg {
    let heading = match (arg.is_positional(), arg.is_global_set()) {
        (true, _) => "help-heading-arguments",
        (false, true) => "help-heading-global",
        (false, false) => "help-heading-options",
    };
    let text = texts.get(&format!("arg-{}", arg.get_id()));
    // The texts name values and defaults where they matter; clap's own labels would be English.
    let has_value = arg.get_action().takes_values();
    arg.help(text).help_heading(texts.get(heading)).hide_default_value(has_value).hide_possible_values(has_value)
}

/// Ends a call that is no work: help and version are data, everything else is a refusal.
pub(crate) fn stop(error: &clap::Error, texts: &Texts) -> ExitCode {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        // Nobody to read it is no failure.
        let _ = error.print();
        return ExitCode::from(Exit::Done.code());
    }
    let detail = detail(error, texts);
    let args = [("detail", detail.into()), ("command", command_named().into())];
    let mut failure = Failure::new(texts, "error-usage", &args, Exit::Usage);
    if let Some(help) = argument_help(error, texts) {
        failure.hint = format!("{help}\n{}", failure.hint);
    }
    output::say_failure(&failure, false);
    ExitCode::from(failure.exit.code())
}

/// The command that was typed, as far as it is one: `sohoa plan set`.
fn command_named() -> String {
    let root = Cli::command();
    let mut here = &root;
    let mut named = "sohoa".to_owned();
    for word in args::words().skip(1) {
        let Some(sub) = here.find_subcommand(&word).filter(|sub| !sub.is_hide_set()) else { continue };
        named = format!("{named} {word}");
        here = sub;
    }
    named
}

/// What the help says of the option whose value was not understood: which values it takes.
fn argument_help(error: &clap::Error, texts: &Texts) -> Option<String> {
    if !matches!(error.kind(), ErrorKind::InvalidValue | ErrorKind::ValueValidation) {
        return None;
    }
    let Some(ContextValue::String(name)) = error.get(ContextKind::InvalidArg) else { return None };
    let option = name.split(' ').next()?.strip_prefix("--")?;
    let id = if option == "as" { "format".to_owned() } else { option.replace('-', "_") };
    let id = format!("arg-{id}");
    texts.has(&id).then(|| format!("{}: {}", name, texts.get(&id)))
}

fn detail(error: &clap::Error, texts: &Texts) -> String {
    let context = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(", "),
        _ => String::new(),
    };
    let name = context(ContextKind::InvalidArg);
    match error.kind() {
        ErrorKind::UnknownArgument => texts.say("usage-unknown-argument", &[("name", name.into())]),
        ErrorKind::InvalidSubcommand => {
            texts.say("usage-unknown-command", &[("name", context(ContextKind::InvalidSubcommand).into())])
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let args = [("value", context(ContextKind::InvalidValue).into()), ("name", name.into())];
            texts.say("usage-invalid-value", &args)
        }
        ErrorKind::MissingRequiredArgument => texts.say("usage-missing", &[("name", name.into())]),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            texts.get("usage-missing-command")
        }
        ErrorKind::ArgumentConflict => {
            let args = [("name", name.into()), ("other", context(ContextKind::PriorArg).into())];
            texts.say("usage-conflict", &args)
        }
        _ => texts.say("usage-other", &[("detail", error.kind().to_string().into())]),
    }
}

#[cfg(test)]
mod tests {
    use sohoa_shell::UiLanguage;

    use super::*;

    fn every_text(command: &Command, seen: &mut Vec<String>) {
        seen.push(command.get_about().map(ToString::to_string).unwrap_or_default());
        seen.extend(command.get_arguments().map(|arg| arg.get_help().map(ToString::to_string).unwrap_or_default()));
        command.get_subcommands().for_each(|sub| every_text(sub, seen));
    }

    #[test]
    fn every_command_and_option_has_help_in_both_languages() {
        for language in [UiLanguage::Vietnamese, UiLanguage::English] {
            let mut seen = Vec::new();
            every_text(&command(&Texts::new(language)), &mut seen);
            assert!(seen.len() > 80);
            for text in seen {
                assert!(!text.is_empty() && !text.starts_with("help-") && !text.starts_with("arg-"), "{text:?}");
            }
        }
    }

    #[test]
    fn a_command_line_that_is_not_understood_is_explained() {
        let texts = Texts::new(UiLanguage::Vietnamese);
        for (line, expected) in [
            ("sohoa", "thiếu lệnh con"),
            ("sohoa nhap", "nhap"),
            ("sohoa import x --nhanh", "--nhanh"),
            ("sohoa import x --jobs ba", "ba"),
            ("sohoa import", "DIR"),
            ("sohoa show --met --unmet", "--unmet"),
        ] {
            let error = command(&texts).try_get_matches_from(line.split(' ')).unwrap_err();
            let detail = detail(&error, &texts);
            assert!(detail.contains(expected), "{line}: {detail}");
        }
    }
}
