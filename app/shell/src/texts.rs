//! Texts: what the program says to people, in Vietnamese (the source) and in English, kept in `texts/*.ftl`.
//!
//! A text has an id; a text about something wrong has a second line, its *hint*. Both files have the same ids with the
//! same arguments, which a test holds.

use std::borrow::Cow;
use std::str::FromStr;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use serde::{Deserialize, Serialize};
use sohoa_model::grouped::grouped;
use unic_langid::LanguageIdentifier;

use crate::Variables;

const VIETNAMESE: &str = include_str!("../texts/vi.ftl");
const ENGLISH: &str = include_str!("../texts/en.ftl");

/// A language that the program speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum UiLanguage {
    /// Vietnamese, unless something else is wished.
    #[serde(rename = "vi")]
    Vietnamese,
    /// English.
    #[serde(rename = "en")]
    English,
}

/// Why a text names no language that the program speaks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is none of vi, en")]
pub struct UiLanguageError(String);

impl FromStr for UiLanguage {
    type Err = UiLanguageError;

    fn from_str(text: &str) -> Result<Self, UiLanguageError> {
        match text.split(['_', '-', '.']).next() {
            Some("vi") => Ok(Self::Vietnamese),
            Some("en") => Ok(Self::English),
            _ => Err(UiLanguageError(text.to_owned())),
        }
    }
}

impl UiLanguage {
    /// What was asked for, else `SOHOA_UI_LANG`, else English if the system's language is, else Vietnamese.
    pub fn choose(asked: Option<Self>, variables: Variables<'_>) -> Self {
        let own = || variables("SOHOA_UI_LANG").and_then(|text| text.parse().ok());
        let system = || match variables("LC_ALL").or_else(|| variables("LANG"))?.parse() {
            Ok(Self::English) => Some(Self::English),
            _ => None,
        };
        asked.or_else(own).or_else(system).unwrap_or(Self::Vietnamese)
    }

    /// Its tag: `vi`, `en`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Vietnamese => "vi",
            Self::English => "en",
        }
    }

    /// What stands between thousands: in Vietnamese a space that breaks no line.
    fn apart(self) -> &'static str {
        match self {
            Self::Vietnamese => "\u{a0}",
            Self::English => ",",
        }
    }

    fn source(self) -> &'static str {
        match self {
            Self::Vietnamese => VIETNAMESE,
            Self::English => ENGLISH,
        }
    }
}

/// All texts of one language.
pub struct Texts {
    language: UiLanguage,
    /// Whether who reads the hints has a window before them and no command line.
    in_window: bool,
    bundle: FluentBundle<FluentResource>,
}

/// A value that stands in a text.
#[derive(Debug, Clone)]
pub enum Arg<'a> {
    /// Words as they are.
    Text(Cow<'a, str>),
    /// A number; it may choose between singular and plural.
    Number(u64),
}

impl<'a> From<&'a str> for Arg<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text.into())
    }
}

impl<'a> From<&'a String> for Arg<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Arg<'_> {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<u64> for Arg<'_> {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<u32> for Arg<'_> {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<usize> for Arg<'_> {
    fn from(number: usize) -> Self {
        Self::Number(number as u64)
    }
}

/// The values of one text by name.
pub type Args<'a> = [(&'a str, Arg<'a>)];

impl Texts {
    /// The texts of a language.
    pub fn new(language: UiLanguage) -> Self {
        let tag: LanguageIdentifier = language.tag().parse().expect("vi and en are language tags");
        let mut bundle = FluentBundle::new_concurrent(vec![tag]);
        // Isolation marks around values would end up in files and terminals.
        bundle.set_use_isolating(false);
        let resource = match FluentResource::try_new(language.source().to_owned()) {
            Ok(resource) | Err((resource, _)) => resource,
        };
        // A text that stands there twice is found by a test; the first one counts.
        let _ = bundle.add_resource(resource);
        Self { language, in_window: false, bundle }
    }

    /// The texts of a language as the window says them: its hints name keys and screens where those of the commands name
    /// commands.
    ///
    /// The thousands of its numbers stand apart; what commands say is also read by programs, and copied into commands.
    pub fn for_window(language: UiLanguage) -> Self {
        let mut texts = Self { in_window: true, ..Self::new(language) };
        texts.bundle.set_formatter(Some(match language {
            UiLanguage::Vietnamese => |value: &FluentValue<'_>, _: &_| with_thousands(value, UiLanguage::Vietnamese),
            UiLanguage::English => |value: &FluentValue<'_>, _: &_| with_thousands(value, UiLanguage::English),
        }));
        texts
    }

    /// A count as the window shows it where it stands alone.
    pub fn count(&self, number: u64) -> String {
        grouped(number, self.language.apart())
    }

    /// The language of these texts.
    pub fn language(&self) -> UiLanguage {
        self.language
    }

    /// Whether there is a text of this id.
    pub fn has(&self, id: &str) -> bool {
        self.bundle.has_message(id)
    }

    /// A text without values; its id if there is none.
    pub fn get(&self, id: &str) -> String {
        self.say(id, &[])
    }

    /// A text with its values; its id if there is none.
    pub fn say(&self, id: &str, args: &Args<'_>) -> String {
        let Some(pattern) = self.bundle.get_message(id).and_then(|message| message.value()) else {
            return id.to_owned();
        };
        self.bundle.format_pattern(pattern, Some(&values(args)), &mut Vec::new()).into_owned()
    }

    /// The hint of a text; empty if it has none.
    pub fn hint(&self, id: &str, args: &Args<'_>) -> String {
        let Some(message) = self.bundle.get_message(id) else { return String::new() };
        let of_window = self.in_window.then(|| message.get_attribute("window")).flatten();
        let Some(attribute) = of_window.or_else(|| message.get_attribute("hint")) else { return String::new() };
        self.bundle.format_pattern(attribute.value(), Some(&values(args)), &mut Vec::new()).into_owned()
    }
}

fn with_thousands(value: &FluentValue<'_>, language: UiLanguage) -> Option<String> {
    let FluentValue::Number(number) = value else { return None };
    // All of them were whole: see `Arg`.
    Some(grouped(number.value as u64, language.apart()))
}

fn values<'a>(args: &'a Args<'a>) -> FluentArgs<'a> {
    let mut values = FluentArgs::with_capacity(args.len());
    for (name, value) in args {
        match value {
            Arg::Text(text) => values.set(*name, text.as_ref()),
            Arg::Number(number) => values.set(*name, *number),
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    /// Every id with the arguments it names and whether it has a hint; fails on an id that stands there twice.
    fn shape(source: &str) -> BTreeMap<String, (BTreeSet<String>, bool)> {
        let mut shape: BTreeMap<String, (BTreeSet<String>, bool)> = BTreeMap::new();
        let mut current = String::new();
        for line in source.lines() {
            if line.starts_with('#') || line.trim().is_empty() {
                continue;
            }
            if !line.starts_with([' ', '}']) {
                let (id, _) = line.split_once(" =").unwrap_or_else(|| panic!("{line:?} is no text"));
                current = id.to_owned();
                assert!(shape.insert(current.clone(), Default::default()).is_none(), "{id} stands there twice");
            }
            let entry = shape.get_mut(&current).unwrap();
            entry.1 |= line.trim_start().starts_with(".hint =");
            for part in line.split('$').skip(1) {
                let name: String = part.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
                entry.0.insert(name);
            }
        }
        shape
    }

    #[test]
    fn hints_of_the_window_name_no_commands() {
        for language in [UiLanguage::Vietnamese, UiLanguage::English] {
            let hints = language.source().lines().filter_map(|line| line.strip_prefix("    .window = "));
            let named =
                hints.inspect(|hint| assert!(!hint.contains("sohoa ") && !hint.contains("--"), "{hint}")).count();
            assert!(named >= 20, "{named}");
            let [command, window] =
                [Texts::new(language), Texts::for_window(language)].map(|t| t.hint("error-no-key", &[]));
            assert!(command.contains("sohoa key use") && window.contains("Ctrl ,"), "{command} {window}");
            assert_eq!(
                Texts::for_window(language).hint("error-not-a-key-file", &[]),
                Texts::new(language).hint("error-not-a-key-file", &[])
            );
        }
    }

    #[test]
    fn both_languages_have_the_same_texts_with_the_same_arguments() {
        let (vietnamese, english) = (shape(VIETNAMESE), shape(ENGLISH));
        for (id, facts) in &vietnamese {
            assert_eq!(Some(facts), english.get(id), "{id}");
        }
        for id in english.keys() {
            assert!(vietnamese.contains_key(id), "{id} is missing in Vietnamese");
        }
        assert!(vietnamese.len() > 100);
    }

    #[test]
    fn every_text_can_be_read_by_the_library() {
        for (language, source) in [(UiLanguage::Vietnamese, VIETNAMESE), (UiLanguage::English, ENGLISH)] {
            FluentResource::try_new(source.to_owned()).unwrap_or_else(|(_, errors)| panic!("{errors:?}"));
            let texts = Texts::new(language);
            for id in shape(source).keys() {
                assert!(texts.has(id), "{id} in {language:?}");
            }
        }
    }

    #[test]
    fn the_language_is_what_was_asked_for_or_what_the_system_speaks() {
        let choose = |asked, variables: &[(&str, &str)]| {
            let find = |name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
            UiLanguage::choose(asked, &find)
        };
        use UiLanguage::{English, Vietnamese};
        assert_eq!(choose(None, &[]), Vietnamese);
        assert_eq!(choose(None, &[("LANG", "C.UTF-8")]), Vietnamese);
        assert_eq!(choose(None, &[("LANG", "en_US.UTF-8")]), English);
        assert_eq!(choose(None, &[("LANG", "en")]), English);
        assert_eq!(choose(None, &[("LANG", "en_US"), ("LC_ALL", "vi_VN.UTF-8")]), Vietnamese);
        assert_eq!(choose(None, &[("LANG", "en_US"), ("SOHOA_UI_LANG", "vi")]), Vietnamese);
        assert_eq!(choose(Some(English), &[("SOHOA_UI_LANG", "vi")]), English);
    }

    #[test]
    fn a_value_stands_in_the_text_without_marks_around_it() {
        let texts = Texts::new(UiLanguage::Vietnamese);
        let text = texts.say("error-unknown-dossier", &[("code", "H49.61.8".into())]);
        assert!(text.contains("H49.61.8") && !text.contains('\u{2068}'), "{text}");
        assert!(!texts.hint("error-unknown-dossier", &[]).is_empty());
    }

    #[test]
    fn thousands_stand_apart_in_the_window_and_nowhere_else() {
        let say = |texts: &Texts| texts.say("ui-of-pages", &[("pages", 42_418u64.into())]);
        let vietnamese = Texts::for_window(UiLanguage::Vietnamese);
        assert!(say(&vietnamese).contains("42\u{a0}418"), "{}", say(&vietnamese));
        assert!(say(&Texts::for_window(UiLanguage::English)).contains("42,418"));
        assert!(say(&Texts::new(UiLanguage::Vietnamese)).contains("42418"));
        assert_eq!(vietnamese.count(1_020_000), "1\u{a0}020\u{a0}000");
    }
}
