//! Text inside XML 1.0: what a text or an attribute in double quotes may hold.

/// The text with `&`, `<`, `>` and `"` as entities and without the characters that XML 1.0 (2.2) has no place for.
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' | '\n' | '\r' => escaped.push(c),
            '\0'..='\x1F' | '\u{FFFE}' | '\u{FFFF}' => {}
            _ => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_text_or_break_a_file_is_gone() {
        assert_eq!(escaped("Số <\"1\" & 2>\u{1}\u{FFFF}\n"), "Số &lt;&quot;1&quot; &amp; 2&gt;\n");
    }
}
