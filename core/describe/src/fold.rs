//! Folding: the form of a word in which case, accents, đ and punctuation no longer part one spelling from another.

/// Letters and digits in lower case without marks: `Mã hồ sơ`, `ma_ho_so` and `MÃ HỒ SƠ` all become `mahoso`.
pub(crate) fn fold(text: &str) -> String {
    sohoa_model::fold::letters(text).filter(|c| c.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_a_word_fold_to_one() {
        for text in ["Mã hồ sơ", "ma_ho_so", "MÃ  HỒ-SƠ", "Ma\u{303} ho\u{302}\u{300} so\u{31b}"] {
            assert_eq!(fold(text), "mahoso", "{text}");
        }
        assert_eq!(fold("Chế độ sử dụng"), "chedosudung");
        assert_eq!(fold("ĐỊNH DẠNG"), "dinhdang");
    }
}
