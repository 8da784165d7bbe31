//! The order in which people count files: 1, 2, 10 and not 1, 10, 2.

use std::cmp::Ordering;

/// Compares two names so that runs of digits count as numbers; ties are broken by the plain bytes.
pub fn compare(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a, b);
    loop {
        match (left.chars().next(), right.chars().next()) {
            (None, None) => return a.cmp(b),
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(l), Some(r)) if l.is_ascii_digit() && r.is_ascii_digit() => {
                let (number_l, rest_l) = digits(left);
                let (number_r, rest_r) = digits(right);
                let order = number_l.len().cmp(&number_r.len()).then_with(|| number_l.cmp(number_r));
                if order != Ordering::Equal {
                    return order;
                }
                (left, right) = (rest_l, rest_r);
            }
            (Some(l), Some(r)) => {
                if l != r {
                    return l.cmp(&r);
                }
                (left, right) = (&left[l.len_utf8()..], &right[r.len_utf8()..]);
            }
        }
    }
}

/// The run of digits at the start, without leading zeros, and what follows it.
fn digits(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    (text[..end].trim_start_matches('0'), &text[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_come_in_the_order_in_which_people_count() {
        let mut names = ["tờ 10.jpg", "tờ 2.jpg", "tờ 1.jpg", "tờ 02b.jpg", "a"];
        names.sort_by(|a, b| compare(a, b));
        assert_eq!(names, ["a", "tờ 1.jpg", "tờ 2.jpg", "tờ 02b.jpg", "tờ 10.jpg"]);
    }
}
