//! Folding: letters without marks and case, so that `dang ky` finds `Đăng ký`.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A text in lower case without marks.
pub fn fold(text: &str) -> String {
    let plain = text.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase);
    plain.map(|c| if c == 'đ' { 'd' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn marks_and_case_do_not_part_words() {
        assert_eq!(fold("Sổ ĐĂNG KÝ khai tử"), "so dang ky khai tu");
        assert_eq!(fold("ho\u{302}\u{300} Sơ"), "ho so");
    }
}
