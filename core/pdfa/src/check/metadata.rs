//! What the file says about itself: the catalog, the output intent, and XMP that says the same as Info.

use std::io::{Read, Seek};

use sohoa_pdf::{Dict, File, Object, PdfError, decode_text};

use super::xml::Properties;
use super::{Facts, Report, decoded, xml};

/// Info keys and their XMP properties (ISO 19005-2, 6.6.3).
const SAME: [(&str, &str); 8] = [
    ("Title", "dc:title"),
    ("Author", "dc:creator"),
    ("Subject", "dc:description"),
    ("Keywords", "pdf:Keywords"),
    ("Creator", "xmp:CreatorTool"),
    ("Producer", "pdf:Producer"),
    ("CreationDate", "xmp:CreateDate"),
    ("ModDate", "xmp:ModifyDate"),
];

const NAMESPACES: [(&str, &str); 4] = [
    ("xmlns:pdfaid", "http://www.aiim.org/pdfa/ns/id/"),
    ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
    ("xmlns:xmp", "http://ns.adobe.com/xap/1.0/"),
    ("xmlns:pdf", "http://ns.adobe.com/pdf/1.3/"),
];

/// The catalog and its output intent.
pub(super) fn catalog<R: Read + Seek>(
    file: &mut File<R>,
    number: u32,
    catalog: &Dict,
    report: &mut Report,
) -> Result<(), PdfError> {
    report.want(catalog.get("Type").is_some_and(|kind| kind.is_name("Catalog")), "32000 7.7.2", number, "no catalog");
    let intents = file.get(catalog, "OutputIntents")?;
    let [intent] = intents.as_array().unwrap_or_default() else {
        report.add("6.2.3", number, "there is not exactly one output intent");
        return Ok(());
    };
    let intent = file.resolve(intent)?;
    let intent = intent.as_dict().cloned().unwrap_or_default();
    report.want(
        intent.get("S").is_some_and(|kind| kind.is_name("GTS_PDFA1")),
        "6.2.3",
        number,
        "no PDF/A output intent",
    );
    let Some(profile) = intent.get("DestOutputProfile").and_then(Object::as_reference) else {
        report.add("6.2.3", number, "the output intent has no profile");
        return Ok(());
    };
    let data = decoded(file, profile.number)?.unwrap_or_default();
    let sound = data.len() > 128
        && data.get(..4) == Some(&(data.len() as u32).to_be_bytes())
        && data[8] <= 4
        && data[36..40] == *b"acsp"
        && (data[12..16] == *b"mntr" || data[12..16] == *b"prtr")
        && data[16..20] == *b"RGB ";
    let three = file.dict(profile.number)?.get("N") == Some(&Object::Int(3));
    report.want(sound && three, "6.2.3", profile.number, "the profile of the output intent is no RGB profile");
    Ok(())
}

/// The XMP packet, its claim, and whether it says the same as the Info dictionary.
pub(super) fn compare<R: Read + Seek>(
    file: &mut File<R>,
    catalog: &Dict,
    report: &mut Report,
    facts: &mut Facts,
) -> Result<(), PdfError> {
    let Some(metadata) = catalog.get("Metadata").and_then(Object::as_reference) else {
        report.add("6.6.2.1", 0, "the catalog has no metadata");
        return Ok(());
    };
    let number = metadata.number;
    let dict = file.dict(number)?;
    let kind = dict.get("Type").is_some_and(|kind| kind.is_name("Metadata"))
        && dict.get("Subtype").is_some_and(|kind| kind.is_name("XML"))
        && !dict.contains("Filter");
    report.want(kind, "6.6.2.1", number, "the metadata is not a plain XML stream");
    let packet = decoded(file, number)?.unwrap_or_default();
    let Ok(packet) = String::from_utf8(packet) else {
        report.add("6.6.2.1", number, "the XMP packet is not UTF-8");
        return Ok(());
    };
    let properties = match xml::properties(&packet) {
        Ok(properties) => properties,
        Err(what) => {
            report.add("6.6.2.1", number, format!("the XMP packet has {what}"));
            return Ok(());
        }
    };
    for (prefix, uri) in NAMESPACES {
        report.want(value(&properties, prefix) == uri, "6.6.2.3.1", number, "an XMP namespace is not the known one");
    }
    let claim = (value(&properties, "pdfaid:part"), value(&properties, "pdfaid:conformance"));
    report.want(claim == ("2", "U"), "6.6.4", number, "the file does not claim PDF/A-2u");
    let language = file.get(catalog, "Lang")?.as_string().map(decode_text).unwrap_or_default();
    report.want(language == value(&properties, "dc:language"), "6.6.3", number, "Lang and dc:language differ");

    let trailer = file.trailer().clone();
    let info = file.get(&trailer, "Info")?.as_dict().cloned().unwrap_or_default();
    for (key, property) in SAME {
        let stated = file.get(&info, key)?.as_string().map(decode_text).unwrap_or_default();
        let stated = if key.ends_with("Date") { iso_date(&stated) } else { stated };
        if stated != value(&properties, property) {
            report.add("6.6.3", number, format!("{key} and {property} differ"));
        }
    }
    facts.title = value(&properties, "dc:title").to_owned();
    facts.dossier_code = value(&properties, "dc:identifier").to_owned();
    Ok(())
}

fn value<'a>(properties: &'a Properties, name: &str) -> &'a str {
    match properties.get(name).map(Vec::as_slice) {
        Some([only]) => only,
        _ => "",
    }
}

/// A PDF date with seconds and zone as XMP writes it; anything else as it is.
fn iso_date(date: &str) -> String {
    let digits = date.strip_prefix("D:").filter(|rest| rest.is_ascii() && rest.len() >= 20);
    let Some(d) = digits else { return date.to_owned() };
    let (day, time) =
        (format!("{}-{}-{}", &d[..4], &d[4..6], &d[6..8]), format!("{}:{}:{}", &d[8..10], &d[10..12], &d[12..14]));
    format!("{day}T{time}{}:{}", &d[14..17], &d[18..20])
}
