//! Counts as people read them.

/// A whole number with something between its thousands: `grouped(42418, " ")` is `42 418`.
pub fn grouped(number: u64, apart: &str) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 * apart.len());
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push_str(apart);
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        let numbers = [0, 999, 1000, 42_418, 1_020_000];
        assert_eq!(numbers.map(|number| grouped(number, " ")), ["0", "999", "1 000", "42 418", "1 020 000"]);
        assert_eq!(grouped(u64::MAX, ","), "18,446,744,073,709,551,615");
    }
}
