//! Details: the short remarks in the library's own words that stand inside of sentences, in the language of the texts.
//!
//! The library says what it found in English, with names and numbers in it. A remark that is known here is said again by
//! a text; any other stays as it is, for a remark in another language is better than none.

use crate::texts::{Arg, Texts};

/// Remarks, `{}` for each name or number in them, with the end of the id of their text.
const REMARKS: &[(&str, &str)] = &[
    ("frame {} has {}, which is not taken in", "frame-has"),
    ("frame {} is cut off: {}", "frame-cut-off"),
    ("frame {} is damaged: {}", "frame-damaged"),
    ("frame {} is too large: {} x {} pixels", "frame-too-large"),
    ("the file has more than {} frames", "frames"),
    ("frame {} holds {}", "frame-holds"),
    ("malformed PDF at byte {}: {}", "pdf-syntax"),
    ("the PDF passes a limit at byte {}: {}", "pdf-limit"),
    ("object {} is missing", "pdf-object-missing"),
    ("object {} is not a {}", "pdf-object-kind"),
    ("a signed file lies among other pages of the document", "seal-broken"),
    ("visible text", "visible-text"),
    ("drawings", "drawings"),
    ("nothing on it", "nothing"),
    ("several images", "several-images"),
    ("an image that does not fill it", "small-image"),
    ("an image inside its content", "inline-image"),
    ("an image set askew", "askew-image"),
    ("a mask over its image", "mask-over"),
    ("extra samples", "alpha"),
    ("samples that are not whole numbers", "not-whole"),
    ("JPEG compression of the old kind", "old-jpeg"),
    ("JPEG data of {} bits a sample", "jpeg-bits"),
    ("samples of unequal depth", "unequal-depth"),
    ("a mask in place of an image", "mask"),
    ("transparent inks", "transparent-inks"),
    ("inks that are not CMYK of 8 bits", "inks"),
    ("four components without a mark that says what they are", "colours-unclear-four"),
    ("colours about which its marks disagree", "colours-unclear"),
    ("lossless JPEG coding", "lossless-jpeg"),
    ("arithmetic coding", "arithmetic"),
    ("moving pictures", "moving"),
    ("compression number {}", "compression"),
    ("{} bits a pixel", "bits-a-pixel"),
    ("run-length coding", "run-length"),
    ("CIELab colours", "lab"),
    ("YCbCr colours", "ycbcr"),
    ("{} colours", "colours"),
    ("{} bits a sample", "bits"),
    ("unknown", "unknown"),
    ("text", "text"),
    ("the dossier code {} is longer than {} characters", "code-too-long"),
    ("the path names no dossier", "no-dossier"),
    ("{} is not an ordinal from 1 to 9999999", "not-an-ordinal"),
    ("the path does not fit the rule {}", "rule-unfit"),
    ("no column of the inventory holds the dossier code; its headings are {}", "no-code-column"),
    ("the columns {} and {} of the inventory mean the same field", "same-column"),
    ("the inventory is empty", "empty-inventory"),
    ("the inventory is not UTF-8 text but {}", "not-utf-8"),
    ("the quoted field that starts in row {} of the inventory has no end", "open-quote"),
    ("could not unpack the workbook", "bad-workbook"),
    ("could not read the workbook", "bad-workbook"),
    ("HASH_FAILURE: {}", "changed-after"),
    ("NO_CERTIFICATE_CHAIN_FOUND: {}", "no-chain"),
    ("SIG_CRYPTO_FAILURE: {}", "wrong-signature"),
    ("SIG_CONSTRAINTS_FAILURE: not a PAdES baseline signature ({})", "not-pades"),
    ("EXPIRED: the certificate expired at {}", "expired"),
    ("changed after signing: {} bytes follow what the signature covers", "bytes-follow"),
    ("changed after signing: the document was changed in a way that its signature does not allow", "changed-otherwise"),
    ("the file is encrypted; it can't be judged here", "encrypted-file"),
    ("another program made this file", "foreign-file"),
    ("the PDF uses a cross-reference stream at byte {}, which is not supported", "cross-reference-stream"),
    ("this file's structure ({}) can't be judged here", "structure"),
    ("this file's structure can't be judged here: {}", "structure"),
    ("the file does not start with a PDF header", "not-a-pdf"),
    ("this is not a PDF file", "not-a-pdf"),
    ("the file does not end with startxref and %%EOF", "cut-pdf"),
    ("the signature algorithm {} can't be judged here", "algorithm"),
    ("keys of the kind {} can't sign here, only RSA and EC", "key-kind"),
    ("a key of the kind {} does not sign with {}", "mechanism-unfit"),
    ("no key signs with {}", "mechanism-unknown"),
    ("the key has {} bits; at least {} are needed", "short-key"),
];

/// A remark in the language of the texts; as it is if it is not known.
pub fn tell(texts: &Texts, remark: &str) -> String {
    for (pattern, id) in REMARKS {
        let Some(holes) = holes(remark, pattern) else { continue };
        let mut values: Vec<String> = holes.into_iter().map(|hole| tell(texts, hole)).collect();
        // Frames are counted from 0 by the library and from 1 by people.
        if id.starts_with("frame-")
            && let Some(first) = values.first_mut()
            && let Ok(number) = first.parse::<u64>()
        {
            *first = number.saturating_add(1).to_string();
        }
        let args: Vec<(&str, Arg<'_>)> = ["a", "b", "c"].into_iter().zip(values.into_iter().map(Arg::from)).collect();
        return texts.say(&format!("detail-{id}"), &args);
    }
    remark.to_owned()
}

/// What stands in the holes of a pattern, if a remark fits it.
fn holes<'a>(remark: &'a str, pattern: &str) -> Option<Vec<&'a str>> {
    let mut parts = pattern.split("{}");
    let mut rest = remark.strip_prefix(parts.next()?)?;
    let mut parts = parts.peekable();
    let mut holes = Vec::new();
    while let Some(part) = parts.next() {
        let (hole, after) = match parts.peek() {
            Some(_) => rest.split_once(part)?,
            None => (rest.strip_suffix(part)?, ""),
        };
        // A hole that is the whole remark would be looked at for ever.
        if hole.is_empty() || hole.len() == remark.len() {
            return None;
        }
        holes.push(hole);
        rest = after;
    }
    rest.is_empty().then_some(holes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::UiLanguage;

    #[test]
    fn every_remark_has_a_text_in_both_languages() {
        for language in [UiLanguage::Vietnamese, UiLanguage::English] {
            let texts = Texts::new(language);
            for (pattern, id) in REMARKS {
                let said = tell(&texts, &pattern.replace("{}", "7"));
                assert!(texts.has(&format!("detail-{id}")), "detail-{id} in {language:?}");
                assert!(!said.contains("{$"), "{pattern}: {said}");
            }
        }
    }

    #[test]
    fn a_remark_is_said_in_the_language_of_the_texts_with_what_stands_in_it() {
        let texts = Texts::new(UiLanguage::Vietnamese);
        let said = tell(&texts, "frame 0 has 16 bits a sample, which is not taken in");
        assert_eq!(said, "trang 1 có 16 bit mỗi mẫu màu");
        let said = tell(&texts, "the columns \"A\" and \"B\" of the inventory mean the same field");
        assert!(said.contains("\"A\"") && said.contains("\"B\""), "{said}");
    }

    #[test]
    fn an_unknown_remark_stays_as_it_is() {
        let texts = Texts::new(UiLanguage::Vietnamese);
        for remark in ["", "disk on fire", "frame", " colours"] {
            assert_eq!(tell(&texts, remark), remark);
        }
    }
}
