//! Folding: letters without marks and case, so that `dang ky` and `Đăng ký` are one.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The letters of a text in lower case without marks; everything else as it stands.
pub fn letters(text: &str) -> impl Iterator<Item = char> + '_ {
    let plain = text.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase);
    plain.map(|c| if c == 'đ' { 'd' } else { c })
}

#[cfg(test)]
mod tests {
    use super::letters;

    #[test]
    fn marks_and_case_do_not_part_words() {
        for (text, folded) in
            [("Sổ ĐĂNG KÝ khai tử", "so dang ky khai tu"), ("ho\u{302}\u{300} Sơ 12", "ho so 12"), ("", "")]
        {
            assert_eq!(letters(text).collect::<String>(), folded);
        }
    }
}
