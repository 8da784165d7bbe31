//! A secret: a password that is never shown and is overwritten when it is dropped.

use std::fmt;
use std::hint::black_box;

/// A password or PIN; its `Debug` form shows nothing of it.
#[derive(Clone)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// A secret from what a person typed or a file holds.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into().into_bytes())
    }

    /// The secret itself, for the one call that needs it.
    pub fn reveal(&self) -> &str {
        std::str::from_utf8(&self.0).expect("it was a string when it was made")
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.fill(0);
        black_box(&self.0);
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_shown() {
        let secret = Secret::new("mật khẩu");
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        assert_eq!(secret.reveal(), "mật khẩu");
    }
}
