//! JSON of one spelling: written by RFC 8785 within a narrow subset, and read strictly from foreign bytes.
//!
//! The subset: keys of `a-z 0-9 _`, integers of at most 53 bits, no fractions, no null, no key twice, no NUL in a text, at
//! most [`limits::DEPTH`] levels and [`limits::LINE_BYTES`] bytes. Within it RFC 8785 is: sorted keys, no spaces, the
//! shortest escapes. A reader takes any spacing, for it hashes the bytes that it received and never writes them again.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::limits;

/// Why a text is not JSON of the subset, or a value has no spelling in it.
#[derive(Debug, thiserror::Error)]
pub enum JsonError {
    /// Longer than a line may be.
    #[error("a text of {0} bytes is longer than a record may be")]
    TooLong(usize),
    /// Not JSON, or outside the subset; the source says what and where.
    #[error("the text is not JSON of the kind that travels")]
    Refused(#[source] serde_json::Error),
    /// A value of ours that the subset has no spelling for.
    #[error("{0} has no spelling in records")]
    NoSpelling(&'static str),
}

/// The canonical text of a value (RFC 8785).
pub fn canonical<T: Serialize>(value: &T) -> Result<String, JsonError> {
    let value = serde_json::to_value(value).map_err(JsonError::Refused)?;
    let mut text = String::new();
    write(&value, 1, &mut text)?;
    Ok(text)
}

/// Reads a text of the subset.
pub fn read(bytes: &[u8]) -> Result<Value, JsonError> {
    if bytes.len() > limits::LINE_BYTES {
        return Err(JsonError::TooLong(bytes.len()));
    }
    read_unbounded(bytes)
}

/// Reads a text of the subset into a type; what the type does not know is ignored.
pub fn read_as<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, JsonError> {
    serde_json::from_value(read_unbounded(bytes)?).map_err(JsonError::Refused)
}

fn read_unbounded(bytes: &[u8]) -> Result<Value, JsonError> {
    let mut source = serde_json::Deserializer::from_slice(bytes);
    let value = Strict { depth: 0 }.deserialize(&mut source).map_err(JsonError::Refused)?;
    source.end().map_err(JsonError::Refused)?;
    Ok(value)
}

fn write(value: &Value, depth: usize, text: &mut String) -> Result<(), JsonError> {
    match value {
        Value::Null => return Err(JsonError::NoSpelling("null")),
        Value::Bool(yes) => text.push_str(if *yes { "true" } else { "false" }),
        Value::Number(number) => {
            let number = number.as_i64().filter(|n| (-limits::INTEGER..=limits::INTEGER).contains(n));
            text.push_str(&number.ok_or(JsonError::NoSpelling("a fraction or a number of over 53 bits"))?.to_string());
        }
        Value::String(string) => write_string(string, text)?,
        Value::Array(items) => {
            if depth > limits::DEPTH {
                return Err(JsonError::NoSpelling("a value so deep"));
            }
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write(item, depth + 1, text)?;
            }
            text.push(']');
        }
        Value::Object(fields) => {
            if depth > limits::DEPTH {
                return Err(JsonError::NoSpelling("a value so deep"));
            }
            // Sorted here: the order of a map must not hang on which features of serde_json a dependency switched on.
            let mut sorted: Vec<_> = fields.iter().collect();
            sorted.sort_unstable_by_key(|(key, _)| *key);
            text.push('{');
            for (index, (key, field)) in sorted.into_iter().enumerate() {
                if !is_key(key) {
                    return Err(JsonError::NoSpelling("a key that is not of a-z, 0-9 and _"));
                }
                if index > 0 {
                    text.push(',');
                }
                write_string(key, text)?;
                text.push(':');
                write(field, depth + 1, text)?;
            }
            text.push('}');
        }
    }
    Ok(())
}

/// RFC 8785, 3.2.2.2: serde_json escapes exactly what must be, in the shortest form and lower case.
fn write_string(string: &str, text: &mut String) -> Result<(), JsonError> {
    if string.contains('\0') {
        return Err(JsonError::NoSpelling("a NUL"));
    }
    text.push_str(&serde_json::to_string(string).map_err(JsonError::Refused)?);
    Ok(())
}

fn is_key(key: &str) -> bool {
    (1..=64).contains(&key.len())
        && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// Reads one value that lies inside `depth` others.
#[derive(Clone, Copy)]
struct Strict {
    depth: usize,
}

impl Strict {
    fn deeper<E: de::Error>(self) -> Result<Self, E> {
        if self.depth >= limits::DEPTH { Err(E::custom("nested too deep")) } else { Ok(Self { depth: self.depth + 1 }) }
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object, an array, a text, an integer or a truth value")
    }

    fn visit_bool<E: de::Error>(self, yes: bool) -> Result<Value, E> {
        Ok(Value::Bool(yes))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Value, E> {
        if (-limits::INTEGER..=limits::INTEGER).contains(&number) {
            Ok(number.into())
        } else {
            Err(E::custom("an integer of over 53 bits"))
        }
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Value, E> {
        self.visit_i64(i64::try_from(number).unwrap_or(i64::MAX))
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Value, E> {
        Err(E::custom("a number that is no integer"))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Value, E> {
        Err(E::custom("null"))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Value, E> {
        if text.contains('\0') { Err(E::custom("a NUL in a text")) } else { Ok(Value::String(text.to_owned())) }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut read = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            read.push(item);
        }
        Ok(Value::Array(read))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut read = Map::new();
        while let Some(key) = fields.next_key::<String>()? {
            if !is_key(&key) {
                return Err(de::Error::custom("a key that is not of a-z, 0-9 and _"));
            }
            if read.contains_key(&key) {
                return Err(de::Error::custom(format_args!("the key {key} twice")));
            }
            let value = fields.next_value_seed(inner)?;
            read.insert(key, value);
        }
        Ok(Value::Object(read))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_are_sorted_and_escapes_are_the_shortest() {
        // RFC 8785, 3.2.2 and 3.2.3, within the subset.
        let value = json!({"numbers": [333_333_333, -4], "literals": [true, false], "a_1": "", "a": 0,
            "string": "\u{20ac}$\u{f}\nA'B\"\\\\\"/\u{7f}\u{2028}", "a1": {"z": 1, "b": 2}});
        let text = canonical(&value).unwrap();
        assert_eq!(
            text,
            "{\"a\":0,\"a1\":{\"b\":2,\"z\":1},\"a_1\":\"\",\"literals\":[true,false],\"numbers\":[333333333,-4],\
             \"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\u{7f}\u{2028}\"}"
        );
        assert_eq!(read(text.as_bytes()).unwrap(), value);
    }

    #[test]
    fn what_the_subset_lacks_has_no_spelling() {
        let mut deep = json!(1);
        for _ in 0..limits::DEPTH {
            deep = json!([deep]);
        }
        assert!(canonical(&deep).is_ok());
        for value in [json!([deep]), json!(null), json!(0.5), json!({"A": 1}), json!({"": 1}), json!("\0")] {
            assert!(canonical(&value).is_err(), "{value}");
        }
        assert!(canonical(&json!(limits::INTEGER)).is_ok());
        assert!(canonical(&json!(limits::INTEGER + 1)).is_err());
        assert!(canonical(&json!(u64::MAX)).is_err());
    }

    #[test]
    fn hostile_texts_are_refused() {
        let deep = "[".repeat(100_000);
        let long = format!("\"{}\"", "x".repeat(limits::LINE_BYTES));
        let refused: [&[u8]; 24] = [
            b"",
            b"{",
            b"{\"a\":1,\"a\":2}",
            b"{\"a\":{\"b\":1,\"b\":1}}",
            b"{\"a\":1.0}",
            b"{\"a\":1e3}",
            b"{\"a\":-0}",
            b"{\"a\":9007199254740992}",
            b"{\"a\":-9007199254740992}",
            b"{\"a\":18446744073709551616}",
            b"{\"a\":NaN}",
            b"{\"a\":null}",
            b"{\"A\":1}",
            b"{\"a b\":1}",
            b"{\"\":1}",
            b"{\"a\":\"\\u0000\"}",
            b"{\"a\":\"\\ud800\"}",
            b"{\"a\":\"\xff\"}",
            b"{\"a\":01}",
            b"{\"a\":1} x",
            b"{\"a\":1,}",
            b"{'a':1}",
            deep.as_bytes(),
            long.as_bytes(),
        ];
        for text in refused {
            assert!(read(text).is_err(), "{:?}", String::from_utf8_lossy(&text[..text.len().min(40)]));
        }
        assert!(read(b" { \"a\" : [ 1 , \"\\u0061\" ] } ").is_ok(), "spacing and escapes are the writer's");
    }

    #[test]
    fn a_text_of_many_keys_is_read_once_and_in_reasonable_time() {
        let keys: Vec<_> = (0..5_000).map(|n| format!("\"k{n}\":1")).collect();
        let text = format!("{{{}}}", keys.join(","));
        assert_eq!(read(text.as_bytes()).unwrap().as_object().unwrap().len(), 5_000);
    }
}
