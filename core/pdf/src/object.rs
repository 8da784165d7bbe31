//! The objects of PDF (ISO 32000-1, 7.3).

use std::fmt;

/// A name without its solidus; any bytes but zero.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(pub Vec<u8>);

/// A reference to an indirect object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    /// Object number, from 1.
    pub number: u32,
    /// Generation number.
    pub generation: u16,
}

/// A dictionary that keeps the order of its entries; a key occurs once.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Dict {
    entries: Vec<(Name, Object)>,
}

/// The head of a stream: its dictionary and where its raw data starts; the data itself stays in the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Stream {
    /// The stream dictionary.
    pub dict: Dict,
    /// Offset of the first byte of data, from the start of the file.
    pub data_offset: u64,
}

/// A PDF object.
#[derive(Debug, Clone, PartialEq)]
pub enum Object {
    /// The null object.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A real number; always finite when parsed.
    Real(f64),
    /// A name.
    Name(Name),
    /// A string, its bytes after unescaping.
    String(Vec<u8>),
    /// An array.
    Array(Vec<Object>),
    /// A dictionary.
    Dict(Dict),
    /// A reference to an indirect object.
    Reference(Reference),
    /// The head of a stream; only an indirect object can be one.
    Stream(Stream),
}

impl Name {
    /// Whether the name is this ASCII text.
    pub fn is(&self, text: &str) -> bool {
        self.0 == text.as_bytes()
    }
}

impl From<&str> for Name {
    fn from(text: &str) -> Self {
        Self(text.as_bytes().to_vec())
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}", String::from_utf8_lossy(&self.0))
    }
}

impl Reference {
    /// A reference of generation 0.
    pub fn new(number: u32) -> Self {
        Self { number, generation: 0 }
    }
}

impl Dict {
    /// A dictionary without entries.
    pub fn new() -> Self {
        Self::default()
    }

    /// The value of a key, references not followed.
    pub fn get(&self, key: &str) -> Option<&Object> {
        self.entries.iter().find(|(name, _)| name.is(key)).map(|(_, value)| value)
    }

    /// Sets a key in place, or appends it.
    pub fn set(&mut self, key: impl Into<Name>, value: impl Into<Object>) {
        let (key, value) = (key.into(), value.into());
        match self.entries.iter_mut().find(|(name, _)| *name == key) {
            Some((_, old)) => *old = value,
            None => self.entries.push((key, value)),
        }
    }

    /// The dictionary with a key set; for building in one expression.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Object>) -> Self {
        self.set(key, value);
        self
    }

    /// Removes a key and gives its value.
    pub fn remove(&mut self, key: &str) -> Option<Object> {
        let at = self.entries.iter().position(|(name, _)| name.is(key))?;
        Some(self.entries.remove(at).1)
    }

    /// Whether a key is present.
    pub fn contains(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// The entries in order.
    pub fn iter(&self) -> impl Iterator<Item = (&Name, &Object)> {
        self.entries.iter().map(|(name, value)| (name, value))
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Appends a parsed entry; the parser makes sure that keys occur once.
    pub(crate) fn from_unique(entries: Vec<(Name, Object)>) -> Self {
        Self { entries }
    }
}

impl Object {
    /// A name object.
    pub fn name(text: &str) -> Self {
        Self::Name(text.into())
    }

    /// An array of anything that becomes an object.
    pub fn array<T: Into<Self>>(items: impl IntoIterator<Item = T>) -> Self {
        Self::Array(items.into_iter().map(Into::into).collect())
    }

    /// The integer, if it is one.
    pub fn as_int(&self) -> Option<i64> {
        let Self::Int(value) = self else { return None };
        Some(*value)
    }

    /// The number, integer or real.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Int(value) => Some(*value as f64),
            Self::Real(value) => Some(*value),
            _ => None,
        }
    }

    /// The boolean, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        let Self::Bool(value) = self else { return None };
        Some(*value)
    }

    /// The name, if it is one.
    pub fn as_name(&self) -> Option<&Name> {
        let Self::Name(name) = self else { return None };
        Some(name)
    }

    /// The bytes of a string, if it is one.
    pub fn as_string(&self) -> Option<&[u8]> {
        let Self::String(bytes) = self else { return None };
        Some(bytes)
    }

    /// The items of an array, if it is one.
    pub fn as_array(&self) -> Option<&[Self]> {
        let Self::Array(items) = self else { return None };
        Some(items)
    }

    /// The dictionary, also that of a stream.
    pub fn as_dict(&self) -> Option<&Dict> {
        match self {
            Self::Dict(dict) => Some(dict),
            Self::Stream(stream) => Some(&stream.dict),
            _ => None,
        }
    }

    /// The reference, if it is one.
    pub fn as_reference(&self) -> Option<Reference> {
        let Self::Reference(reference) = self else { return None };
        Some(*reference)
    }

    /// Whether it is this name.
    pub fn is_name(&self, text: &str) -> bool {
        self.as_name().is_some_and(|name| name.is(text))
    }
}

macro_rules! from {
    ($($source:ty => $make:expr),+ $(,)?) => {
        $(impl From<$source> for Object {
            fn from(value: $source) -> Self {
                ($make)(value)
            }
        })+
    };
}

from! {
    bool => Object::Bool,
    i64 => Object::Int,
    i32 => |value| Object::Int(i64::from(value)),
    u32 => |value| Object::Int(i64::from(value)),
    u16 => |value| Object::Int(i64::from(value)),
    u8 => |value| Object::Int(i64::from(value)),
    f64 => Object::Real,
    Name => Object::Name,
    Vec<Object> => Object::Array,
    Dict => Object::Dict,
    Reference => Object::Reference,
}
