//! Options of a device (SANE standard, 4.2.9): what they are called, what they take, and the bytes of their values.

use std::ffi::c_char;

use crate::ffi;
use crate::text;

/// The most entries of a list that an option may be set to.
const MOST_CHOICES: usize = 4_096;

/// What kind of value an option has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Yes or no.
    Bool,
    /// A whole number, or several.
    Int,
    /// A number with a fraction, or several.
    Fixed,
    /// A text.
    Text,
    /// Something that happens when it is set.
    Button,
    /// No option, but the heading of those that follow.
    Group,
}

/// The unit of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// None.
    None,
    /// Pixels.
    Pixel,
    /// Bits.
    Bit,
    /// Millimetres.
    Millimetre,
    /// Dots per inch.
    Dpi,
    /// Per cent.
    Percent,
    /// Microseconds.
    Microsecond,
}

/// What an option may be set to.
#[derive(Debug, Clone, PartialEq)]
pub enum Constraint {
    /// Anything.
    None,
    /// Numbers from `min` to `max`, in steps of `quant` unless that is 0.
    Range {
        /// The smallest.
        min: f64,
        /// The largest.
        max: f64,
        /// The step.
        quant: f64,
    },
    /// One of these numbers.
    Numbers(Vec<f64>),
    /// One of these texts.
    Texts(Vec<String>),
}

/// The value of an option.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Yes or no.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
}

/// What is known of an option.
#[derive(Debug, Clone, PartialEq)]
pub struct OptionInfo {
    pub(crate) index: ffi::Word,
    /// Bytes of its value.
    pub(crate) size: usize,
    /// Its name, e.g. `resolution`.
    pub name: String,
    /// Its title for people, in the language of the backend.
    pub title: String,
    /// The kind of its value.
    pub kind: Kind,
    /// The unit of its value.
    pub unit: Unit,
    /// What it may be set to.
    pub constraint: Constraint,
    /// Whether it has a meaning as the other options stand.
    pub is_active: bool,
    /// Whether a program may set it.
    pub is_settable: bool,
    /// Whether a program may read it.
    pub is_readable: bool,
}

/// Copies a descriptor.
pub(crate) fn read(index: ffi::Word, descriptor: &ffi::OptionDescriptor) -> OptionInfo {
    let kind = match descriptor.kind {
        0 => Kind::Bool,
        1 => Kind::Int,
        2 => Kind::Fixed,
        3 => Kind::Text,
        4 => Kind::Button,
        _ => Kind::Group,
    };
    let unit = match descriptor.unit {
        1 => Unit::Pixel,
        2 => Unit::Bit,
        3 => Unit::Millimetre,
        4 => Unit::Dpi,
        5 => Unit::Percent,
        6 => Unit::Microsecond,
        _ => Unit::None,
    };
    let has = |cap: ffi::Word| descriptor.cap & cap != 0;
    OptionInfo {
        index,
        size: usize::try_from(descriptor.size).unwrap_or(0),
        name: text(descriptor.name),
        title: text(descriptor.title),
        kind,
        unit,
        constraint: constraint(descriptor, kind),
        is_active: !has(ffi::INACTIVE),
        is_settable: has(ffi::SOFT_SELECT),
        is_readable: has(ffi::SOFT_DETECT) && !matches!(kind, Kind::Button | Kind::Group),
    }
}

fn number(kind: Kind, word: ffi::Word) -> f64 {
    if kind == Kind::Fixed { f64::from(word) / ffi::FIXED_ONE } else { f64::from(word) }
}

fn constraint(descriptor: &ffi::OptionDescriptor, kind: Kind) -> Constraint {
    // SAFETY: the type says which pointer of the union is the one; each is checked for null, a list of words starts with
    // its length, a list of texts ends with null, and both live as long as the descriptor.
    unsafe {
        match descriptor.constraint_type {
            1 => match descriptor.constraint.range.as_ref() {
                Some(range) => Constraint::Range {
                    min: number(kind, range.min),
                    max: number(kind, range.max),
                    quant: number(kind, range.quant),
                },
                None => Constraint::None,
            },
            2 if !descriptor.constraint.words.is_null() => {
                let list = descriptor.constraint.words;
                let count = usize::try_from(*list).unwrap_or(0).min(MOST_CHOICES);
                Constraint::Numbers((1..=count).map(|i| number(kind, *list.add(i))).collect())
            }
            3 if !descriptor.constraint.strings.is_null() => Constraint::Texts(texts(descriptor.constraint.strings)),
            _ => Constraint::None,
        }
    }
}

/// # Safety
/// The list ends with a null pointer.
unsafe fn texts(mut list: *const *const c_char) -> Vec<String> {
    let mut found = Vec::new();
    // SAFETY: as the caller promises.
    unsafe {
        while !(*list).is_null() && found.len() < MOST_CHOICES {
            found.push(text(*list));
            list = list.add(1);
        }
    }
    found
}

/// The value in a buffer; of several numbers the first. `None` for what has no value.
pub(crate) fn value_of(option: &OptionInfo, buffer: &[ffi::Word]) -> Option<Value> {
    let first = *buffer.first()?;
    match option.kind {
        Kind::Bool => Some(Value::Bool(first != 0)),
        Kind::Int | Kind::Fixed => Some(Value::Number(number(option.kind, first))),
        Kind::Text => {
            let bytes =
                buffer.iter().flat_map(|word| word.to_ne_bytes()).take(option.size).take_while(|byte| *byte != 0);
            Some(Value::Text(String::from_utf8_lossy(&bytes.collect::<Vec<u8>>()).into_owned()))
        }
        Kind::Button | Kind::Group => None,
    }
}

/// Puts a value into a buffer of zeros; `None` if the option takes no such value.
pub(crate) fn put(option: &OptionInfo, value: &Value, buffer: &mut [ffi::Word]) -> Option<()> {
    match (value, option.kind) {
        (Value::Bool(is), Kind::Bool) => *buffer.first_mut()? = ffi::Word::from(*is),
        (Value::Number(number), Kind::Int) => *buffer.first_mut()? = number.round() as ffi::Word,
        (Value::Number(number), Kind::Fixed) => *buffer.first_mut()? = (number * ffi::FIXED_ONE).round() as ffi::Word,
        (Value::Text(text), Kind::Text) if text.len() < option.size && !text.contains('\0') => {
            for (word, bytes) in buffer.iter_mut().zip(text.as_bytes().chunks(size_of::<ffi::Word>())) {
                let mut four = word.to_ne_bytes();
                four[..bytes.len()].copy_from_slice(bytes);
                *word = ffi::Word::from_ne_bytes(four);
            }
        }
        _ => return None,
    }
    Some(())
}
