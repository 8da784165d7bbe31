//! A language guess: how much the words that a model read look like words of its language.
//!
//! The engine's own confidence does not tell languages apart, since a wrong model is sure of its nonsense. What it reads
//! does: Vietnamese is made of syllables of a strict form, most of them with marks; French and English are held
//! together by a few dozen small words; Chinese is written in Chinese characters.

use sohoa_model::Language;
use sohoa_model::page_text::{PageText, TextBlock};
use unicode_normalization::UnicodeNormalization;

use crate::words::is_han;

/// Small words of French, lower case.
const FRENCH: &[&str] = &[
    "à", "au", "aux", "avec", "ce", "ces", "cette", "comme", "dans", "de", "des", "du", "elle", "en", "est", "et",
    "été", "il", "ils", "je", "la", "le", "les", "leur", "lui", "mais", "même", "ne", "nous", "on", "ont", "ou", "où",
    "par", "pas", "plus", "pour", "qu", "que", "qui", "sa", "se", "ses", "si", "son", "sont", "sous", "sur", "un",
    "une", "vous", "y", "être", "votre", "notre",
];

/// Small words of English, lower case.
const ENGLISH: &[&str] = &[
    "a", "all", "an", "and", "are", "as", "at", "be", "been", "but", "by", "can", "for", "from", "had", "has", "have",
    "he", "her", "his", "i", "in", "is", "it", "its", "more", "no", "not", "of", "on", "or", "our", "shall", "she",
    "that", "the", "their", "there", "they", "this", "to", "was", "we", "were", "which", "who", "will", "with",
    "would", "you",
];

/// Beginnings of Vietnamese syllables; the longer stand before those they begin with.
const INITIALS: &[&str] = &[
    "ngh", "ng", "nh", "ch", "gh", "gi", "kh", "ph", "qu", "th", "tr", "b", "c", "d", "đ", "g", "h", "k", "l", "m",
    "n", "p", "r", "s", "t", "v", "x", "",
];

/// Ends of Vietnamese syllables.
const FINALS: &[&str] = &["ng", "nh", "ch", "c", "m", "n", "p", "t", ""];

/// Cores of Vietnamese syllables, without tones.
const CORES: &[&str] = &[
    "a", "ă", "â", "e", "ê", "i", "o", "ô", "ơ", "u", "ư", "y", "ai", "ao", "au", "ay", "âu", "ây", "eo", "êu", "ia",
    "iê", "iu", "oa", "oai", "oao", "oay", "oă", "oe", "oeo", "oi", "oo", "ôi", "ơi", "ua", "uâ", "uây", "uê", "ui",
    "uô", "uôi", "uơ", "uy", "uya", "uyê", "uyu", "ưa", "ươ", "ươi", "ươu", "ưi", "ưu", "iêu", "yê", "yêu",
];

/// Share of small words from which French or English is as sure as can be.
const SMALL_WORDS: f32 = 0.33;

/// Share of syllables with marks from which Vietnamese is as sure as can be.
const MARKED: f32 = 0.4;

/// Share of its traits from which a text shows its language whatever the model that read it: real pages in French,
/// English and Vietnamese show at least 0.35 of their own in each other's French and Vietnamese models, at most 0.14 of another.
const TELLING: f32 = 0.3;

/// Mean confidence at which a reading counts for nothing, and the points above it at which it counts fully.
const CONFIDENCE: (f32, f32) = (50.0, 40.0);

/// How much text read in `language` looks like it, 0 to 1; 0 without words.
///
/// A wrong model makes words of its own language out of others now and then, but it is not sure of them: the looks of
/// the words are weighed by the engine's confidence.
pub fn score(language: Language, blocks: &[TextBlock]) -> f32 {
    let confidence = PageText { width: 0, height: 0, blocks: blocks.to_vec() }.confidence().unwrap_or(0.0);
    score_words(language, &words(blocks)) * ((confidence - CONFIDENCE.0) / CONFIDENCE.1).clamp(0.0, 1.0)
}

/// The language that text shows, be it read with the model of another; `None` if it shows none.
///
/// Small words survive a wrong model: *de la* stays *de la* in Vietnamese letters.
pub fn shown(blocks: &[TextBlock]) -> Option<Language> {
    let words = words(blocks);
    let looks = Language::ALL.into_iter().map(|language| (language, score_words(language, &words)));
    let best = looks.max_by(|(_, one), (_, other)| one.total_cmp(other));
    best.filter(|(_, score)| *score >= TELLING).map(|(language, _)| language)
}

fn words(blocks: &[TextBlock]) -> Vec<String> {
    let words = blocks.iter().flat_map(|block| &block.lines).flat_map(|line| &line.words);
    let parts = words.flat_map(|word| word.text.split(|c: char| !c.is_alphabetic()));
    parts.filter(|part| !part.is_empty()).map(str::to_lowercase).collect()
}

fn score_words(language: Language, words: &[String]) -> f32 {
    let share = |test: &dyn Fn(&str) -> bool| {
        words.iter().filter(|word| test(word)).count() as f32 / (words.len() as f32).max(6.0)
    };
    match language {
        Language::Vietnamese => {
            let marked = share(&|word| is_syllable(word) && !word.is_ascii());
            share(&is_syllable) * (marked / MARKED).min(1.0)
        }
        Language::French => (share(&|word| FRENCH.contains(&word)) / SMALL_WORDS).min(1.0),
        Language::English => (share(&|word| ENGLISH.contains(&word)) / SMALL_WORDS).min(1.0),
        Language::Chinese => {
            let letters = words.iter().flat_map(|word| word.chars()).count() as f32;
            let han = words.iter().flat_map(|word| word.chars()).filter(|&c| is_han(c)).count() as f32;
            han / letters.max(6.0)
        }
    }
}

/// Whether a lower-case word has the form of a Vietnamese syllable with at most one tone.
pub fn is_syllable(word: &str) -> bool {
    let mut tones = 0;
    let mut bare = String::new();
    for c in word.nfd() {
        match c {
            '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}' => tones += 1,
            other => bare.push(other),
        }
    }
    let bare: String = bare.nfc().collect();
    tones <= 1
        && INITIALS
            .iter()
            .filter_map(|initial| bare.strip_prefix(initial))
            .any(|rhyme| FINALS.iter().filter_map(|end| rhyme.strip_suffix(end)).any(|core| CORES.contains(&core)))
}

#[cfg(test)]
mod tests {
    use sohoa_model::page_text::{BlockRole, TextLine, Word};

    use super::*;

    const VIETNAMESE: &str =
        "căn cứ luật tổ chức chính phủ ngày 19 tháng 6 năm 2015 theo đề nghị của bộ trưởng bộ tư pháp";
    const FRENCH_TEXT: &str =
        "le résident supérieur au tonkin a l honneur de vous rendre compte que la situation est bonne";
    const ENGLISH_TEXT: &str = "the register of the district was sent to the office and it is not known who has it";

    fn split(text: &str) -> Vec<String> {
        text.split(' ').filter(|w| w.chars().all(char::is_alphabetic)).map(str::to_owned).collect()
    }

    #[test]
    fn syllables_are_told_from_other_words() {
        for word in
            ["nguyễn", "quyết", "định", "giấy", "khuya", "nghiêng", "ươm", "ý", "thuở", "đường", "quốc", "gìn", "hoà"]
        {
            assert!(is_syllable(word), "{word}");
        }
        for word in ["ministre", "street", "résident", "nguyễẽn", "zô", "trưởnq", "", "ng", "ước1"] {
            assert!(!is_syllable(word), "{word}");
        }
    }

    #[test]
    fn a_text_scores_highest_in_its_own_language() {
        let texts = [
            (Language::Vietnamese, VIETNAMESE),
            (Language::French, FRENCH_TEXT),
            (Language::English, ENGLISH_TEXT),
            (Language::Chinese, "地簿 河內 嗣德 三十年 十月"),
        ];
        for (own, text) in texts {
            for language in Language::ALL {
                let score = score_words(language, &split(text));
                if language == own {
                    assert!(score >= crate::reader::CONVINCING, "{text} in {language}: {score}");
                } else {
                    assert!(score < crate::reader::CONVINCING, "{text} in {language}: {score}");
                }
            }
        }
    }

    #[test]
    fn a_word_or_two_convince_nobody() {
        for language in Language::ALL {
            assert!(score_words(language, &split("của de the")) < crate::reader::CONVINCING, "{language}");
            assert_eq!(score_words(language, &[]), 0.0);
        }
    }

    #[test]
    fn a_text_shows_its_language_through_the_model_of_another() {
        let read = |text: &str| {
            let word = |text: &str| Word {
                text: text.to_owned(),
                confidence: 70.0,
                x: 0.0,
                y: 0.0,
                width: 1.0,
                ascent: 1.0,
                descent: 0.0,
            };
            let line = TextLine { angle: 0.0, words: text.split(' ').map(word).collect() };
            shown(&[TextBlock { role: BlockRole::Body, lines: vec![line] }])
        };
        let french_in_vietnamese =
            "le rẻsident supérieur au tonkin a ľhonneur de vous renđre compte que la sỉtuation est bonne";
        assert_eq!(read(french_in_vietnamese), Some(Language::French));
        assert_eq!(
            read("căn cứ luât tô chức chinh phủ ngày 19 tháng 6 nam theo đê nghi cûa bô trướng"),
            Some(Language::Vietnamese)
        );
        assert_eq!(read("tel 04 221 37 Hanoi 1923 Imp Ng Long"), None);
        assert_eq!(read(""), None);
    }
}
