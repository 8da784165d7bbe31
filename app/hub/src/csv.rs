//! Comma-separated values (RFC 4180): written for spreadsheets, and read where somebody hands figures in.

/// A line as it is written: values with commas, semicolons, tabs, quotation marks or line ends are quoted.
///
/// A text that a spreadsheet would take for a formula gets an apostrophe before it (OWASP, "CSV injection").
pub fn line(values: impl IntoIterator<Item = String>) -> String {
    let values: Vec<String> = values.into_iter().map(|value| quoted(&harmless(value))).collect();
    values.join(",") + "\r\n"
}

/// A text that no spreadsheet takes for a formula.
pub fn harmless(text: String) -> String {
    // Some spreadsheets skip white space before they look.
    let first = text.trim_start().chars().next();
    let is_number = text.parse::<f64>().is_ok();
    let text = match first {
        Some(letter) if begins_formula(letter) && !is_number => format!("'{text}"),
        _ if text.starts_with(['\t', '\r', '\n']) => format!("'{text}"),
        _ => text,
    };
    // One that splits at semicolons, tabs or line ends sees more values than there are.
    let mut written = String::with_capacity(text.len());
    let mut begins = false;
    for letter in text.chars() {
        if begins && begins_formula(letter) {
            written.push('\'');
        }
        begins = matches!(letter, ';' | '\t' | '\r' | '\n') || (begins && letter.is_whitespace());
        written.push(letter);
    }
    written
}

fn begins_formula(letter: char) -> bool {
    matches!(letter, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠')
}

fn quoted(text: &str) -> String {
    match text.contains([',', ';', '\t', '"', '\r', '\n']) || text.starts_with(' ') || text.ends_with(' ') {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    }
}

/// The rows of a text, with the number of the line on which each begins; `Err` with the line of a quotation mark that is
/// not closed or stands in the middle of a value.
pub fn read(text: &str) -> Result<Vec<(usize, Vec<String>)>, usize> {
    let mut rows = Vec::new();
    let mut letters = text.trim_start_matches('\u{feff}').chars().peekable();
    let (mut line, mut began) = (1, 1);
    let (mut row, mut value, mut was_quoted) = (Vec::new(), String::new(), false);
    loop {
        match letters.next() {
            Some('"') if value.is_empty() && !was_quoted => {
                let opened = line;
                was_quoted = true;
                loop {
                    match letters.next() {
                        Some('"') if letters.peek() == Some(&'"') => {
                            letters.next();
                            value.push('"');
                        }
                        Some('"') => break,
                        Some(letter) => {
                            line += usize::from(letter == '\n');
                            value.push(letter);
                        }
                        None => return Err(opened),
                    }
                }
            }
            Some('"') => return Err(line),
            Some(',') => {
                row.push(std::mem::take(&mut value));
                was_quoted = false;
            }
            Some('\r') if letters.peek() == Some(&'\n') => {}
            end @ (Some('\n') | None) => {
                row.push(std::mem::take(&mut value));
                was_quoted = false;
                let is_empty = row.iter().all(|value| value.trim().is_empty());
                if !is_empty {
                    rows.push((began, std::mem::take(&mut row)));
                }
                row.clear();
                line += 1;
                began = line;
                if end.is_none() {
                    return Ok(rows);
                }
            }
            Some(_) if was_quoted => return Err(line),
            Some(letter) => value.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_and_formulas_do_not_run() {
        let values = ["a", "b,c", "d \"e\"", "f\ng", "", "12", "-3.5"].map(str::to_owned);
        assert_eq!(read(&line(values.clone())).unwrap(), [(1, values.to_vec())]);
        for formula in ["=1+1", "+cmd", "-x", "@SUM(A1)", " =1", "\t=1", "＝1"] {
            let written = line([formula.to_owned()]);
            assert!(written.trim_start_matches('"').starts_with('\''), "{written}");
        }
        for (text, written) in [
            ("a;=1+1", "\"a;'=1+1\"\r\n"),
            ("a\t@SUM(A1)", "\"a\t'@SUM(A1)\"\r\n"),
            ("a\n =1;b-2", "\"a\n '=1;b-2\"\r\n"),
            ("a;b", "\"a;b\"\r\n"),
        ] {
            assert_eq!(line([text.to_owned()]), written);
        }
    }

    #[test]
    fn what_is_not_closed_is_refused_with_its_line() {
        assert_eq!(
            read("a,b\r\n\r\n\"x\ny\",2\n").unwrap(),
            [(1, vec!["a".to_owned(), "b".to_owned()]), (3, vec!["x\ny".to_owned(), "2".to_owned()])]
        );
        assert_eq!(read("a\n\"b"), Err(2));
        assert_eq!(read("a\nb\"c"), Err(2));
        assert_eq!(read("\"a\"b"), Err(1));
        assert_eq!(read("\u{feff}").unwrap(), []);
    }
}
