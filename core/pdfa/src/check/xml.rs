//! The little XML that an XMP packet needs: well-formed elements, attributes in quotes, the five entities.

use std::collections::BTreeMap;

const MAX_DEPTH: usize = 16;

/// The properties of a packet: each child of `rdf:Description` with the texts inside it, and namespaces as `xmlns:p`.
pub(super) type Properties = BTreeMap<String, Vec<String>>;

/// Reads a packet; says what is not well-formed.
pub(super) fn properties(xml: &str) -> Result<Properties, &'static str> {
    let mut found = Properties::new();
    let mut open: Vec<&str> = Vec::new();
    let mut rest = xml;
    while let Some(at) = rest.find('<') {
        let text = &rest[..at];
        take_text(text, &open, &mut found)?;
        rest = &rest[at + 1..];
        let end = rest.find('>').ok_or("a tag that does not end")?;
        let tag = &rest[..end];
        rest = &rest[end + 1..];
        if let Some(instruction) = tag.strip_prefix('?') {
            let body = instruction.strip_suffix('?').ok_or("a processing instruction that does not end")?;
            if body.starts_with("xpacket") && (body.contains("bytes=") || body.contains("encoding=")) {
                return Err("a packet header with bytes or encoding");
            }
        } else if let Some(name) = tag.strip_prefix('/') {
            if open.pop() != Some(name.trim_end()) {
                return Err("an end tag without its start");
            }
        } else {
            let (body, empty) = tag.strip_suffix('/').map_or((tag, false), |body| (body, true));
            let (name, attributes) = body.split_once(char::is_whitespace).unwrap_or((body, ""));
            if !is_name(name) {
                return Err("a tag without a name");
            }
            take_attributes(attributes, &mut found)?;
            if open.last() == Some(&"rdf:Description") && found.insert(name.to_owned(), Vec::new()).is_some() {
                return Err("a property given twice");
            }
            if open.len() == MAX_DEPTH {
                return Err("elements too deep");
            }
            if !empty {
                open.push(name);
            }
        }
    }
    if !open.is_empty() || !rest.trim().is_empty() {
        return Err("an element that does not end");
    }
    Ok(found)
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(|c| c.is_ascii_alphanumeric() || c == ':')
}

fn take_text(text: &str, open: &[&str], found: &mut Properties) -> Result<(), &'static str> {
    if text.trim_matches(|c: char| c.is_ascii_whitespace() || c == '\u{FEFF}').is_empty() {
        return Ok(());
    }
    let property = open.iter().position(|name| *name == "rdf:Description").and_then(|at| open.get(at + 1));
    let Some(values) = property.and_then(|name| found.get_mut(*name)) else { return Err("text outside a property") };
    values.push(unescape(text)?);
    Ok(())
}

fn take_attributes(mut rest: &str, found: &mut Properties) -> Result<(), &'static str> {
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return Ok(());
        }
        let (name, tail) = rest.split_once("=\"").ok_or("an attribute without its value")?;
        let (value, tail) = tail.split_once('"').ok_or("an attribute that does not end")?;
        if !is_name(name) {
            return Err("an attribute without a name");
        }
        if name.starts_with("xmlns:") && found.insert(name.to_owned(), vec![unescape(value)?]).is_some() {
            return Err("a namespace given twice");
        }
        rest = tail;
    }
}

fn unescape(text: &str) -> Result<String, &'static str> {
    let mut parts = text.split('&');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (entity, tail) = part.split_once(';').ok_or("an entity that does not end")?;
        out.push(match entity {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            _ => return Err("an unknown entity"),
        });
        out.push_str(tail);
    }
    if out.chars().any(|c| c.is_control() && !c.is_ascii_whitespace()) {
        return Err("a control character");
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_well_formed_is_told() {
        for broken in [
            "<a>",
            "</a>",
            "<a></b>",
            "<a",
            "<a b=c/>",
            "text",
            "<a>&x;</a>",
            "<rdf:Description><p/><p/></rdf:Description>",
            "<?xpacket begin=\"\" bytes=\"1\"?>",
        ] {
            assert!(properties(broken).is_err(), "{broken}");
        }
        let found = properties("<rdf:Description xmlns:p=\"u\"><p:t>a &amp; <b>c</b></p:t></rdf:Description>").unwrap();
        assert_eq!(found["p:t"], ["a & ", "c"]);
        assert_eq!(found["xmlns:p"], ["u"]);
    }
}
