//! The safe file form of a code: what a dossier is called on disk, whatever its code contains.

use unicode_normalization::UnicodeNormalization;

/// The longest safe form, in bytes.
pub const LONGEST: usize = 120;

/// Turns a code into a name that is one component of a path and leads nowhere else.
///
/// NFC; `/ \ : * ? " < > |` and control characters become `_`; no leading dot; at most [`LONGEST`] bytes, cut at a
/// character. Two codes may share a form: the caller tells them apart with [`nth`].
pub fn safe_name(code: &str) -> String {
    let mut name = String::new();
    for c in code.nfc() {
        let c = if c.is_control() || r#"/\:*?"<>|"#.contains(c) { '_' } else { c };
        if name.len() + c.len_utf8() > LONGEST {
            break;
        }
        name.push(c);
    }
    if name.is_empty() || name.starts_with('.') {
        name.replace_range(..name.len().min(1), "_");
    }
    name
}

/// The form of the `n`th code that shares a safe form: itself for 1, then `…~2`, `…~3`, still within the limit.
pub fn nth(name: &str, n: u32) -> String {
    if n <= 1 {
        return name.to_owned();
    }
    let suffix = format!("~{n}");
    let mut end = name.len().min(LONGEST - suffix.len());
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{suffix}", &name[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_code_leads_out_of_its_folder() {
        let cases = [
            ("H49.61.8.2017.01", "H49.61.8.2017.01"),
            ("../../etc/passwd", "_._.._etc_passwd"),
            (".", "_"),
            ("", "_"),
            ("12/HĐ-UBND", "12_HĐ-UBND"),
            ("a\0b\nc", "a_b_c"),
        ];
        for (code, name) in cases {
            assert_eq!(safe_name(code), name, "{code:?}");
        }
        let long = safe_name(&"ế".repeat(100));
        assert!(long.len() <= LONGEST && long.chars().all(|c| c == 'ế'));
        assert!(nth(&long, 12).len() <= LONGEST && nth(&long, 12).ends_with("~12"));
    }
}
