//! The XMP packet (ISO 19005-2, 6.6): says what the Info dictionary says, and that the file claims PDF/A-2u.
//!
//! Only predefined schemas are used, so no extension schema has to be declared.

use std::fmt::Write as _;

use sohoa_model::xml::escaped;

use crate::document::Metadata;

const HEAD: &str = "<?xpacket begin=\"\u{FEFF}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>
<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">
<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">
<rdf:Description rdf:about=\"\" xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\">
<pdfaid:part>2</pdfaid:part>
<pdfaid:conformance>U</pdfaid:conformance>
<dc:format>application/pdf</dc:format>
";
const TAIL: &str = "</rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"w\"?>\n";

/// The packet in UTF-8.
pub(crate) fn packet(metadata: &Metadata) -> Vec<u8> {
    let mut xml = HEAD.to_owned();
    let mut put = |open: &str, text: &str, close: &str| {
        if !text.is_empty() {
            writeln!(xml, "{open}{}{close}", escaped(text)).expect("a String takes everything");
        }
    };
    let created = metadata.created.iso_vietnam();
    put("<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">", &metadata.title, "</rdf:li></rdf:Alt></dc:title>");
    put("<dc:creator><rdf:Seq><rdf:li>", &metadata.author, "</rdf:li></rdf:Seq></dc:creator>");
    put(
        "<dc:description><rdf:Alt><rdf:li xml:lang=\"x-default\">",
        &metadata.subject,
        "</rdf:li></rdf:Alt></dc:description>",
    );
    put("<dc:identifier>", &metadata.identifier, "</dc:identifier>");
    let language = metadata.language.map_or("", |language| language.bcp47());
    put("<dc:language><rdf:Bag><rdf:li>", language, "</rdf:li></rdf:Bag></dc:language>");
    put("<pdf:Keywords>", &metadata.keywords, "</pdf:Keywords>");
    put("<pdf:Producer>", &metadata.software, "</pdf:Producer>");
    put("<xmp:CreatorTool>", &metadata.software, "</xmp:CreatorTool>");
    put("<xmp:CreateDate>", &created, "</xmp:CreateDate>");
    put("<xmp:ModifyDate>", &created, "</xmp:ModifyDate>");
    put("<xmp:MetadataDate>", &created, "</xmp:MetadataDate>");
    xml.push_str(TAIL);
    xml.into_bytes()
}
