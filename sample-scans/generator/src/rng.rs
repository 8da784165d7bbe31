//! The dice of the generator: SplitMix64, so that the same name always gives the same page.
//!
//! Nothing here or in the drawing uses a function of the platform's mathematics library: only `+ - * /` and square
//! roots, which every machine rounds alike.

/// A source of numbers that look random and are the same every time.
#[derive(Debug, Clone)]
pub struct Rng(u64);

impl Rng {
    /// A source for this name (FNV-1a of its bytes).
    pub fn named(name: &str) -> Self {
        Self(
            name.bytes()
                .fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)),
        )
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from 0 to 1, 1 excluded.
    pub fn unit(&mut self) -> f32 {
        (self.bits() >> 40) as f32 / (1_u32 << 24) as f32
    }

    /// A number between two others.
    pub fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    /// A whole number from `low` to `high`, both included.
    pub fn whole(&mut self, low: u32, high: u32) -> u32 {
        low + (self.bits() % u64::from(high - low + 1)) as u32
    }

    /// One of several things.
    pub fn pick<'a, T>(&mut self, things: &'a [T]) -> &'a T {
        &things[(self.bits() % things.len() as u64) as usize]
    }

    /// A number with mean 0 and deviation 1, nearly normal (sum of four).
    pub fn normal(&mut self) -> f32 {
        let bits = self.bits();
        let sum: u64 = (0..4).map(|i| (bits >> (16 * i)) & 0xFFFF).sum();
        (sum as f32 / 65_535.0 - 2.0) * 1.732
    }
}

/// Cosine and sine of an angle in degrees, by series.
pub fn turn(degrees: f32) -> (f32, f32) {
    let mut degrees = f64::from(degrees) % 360.0;
    if degrees > 180.0 {
        degrees -= 360.0;
    } else if degrees < -180.0 {
        degrees += 360.0;
    }
    let x = degrees * std::f64::consts::PI / 180.0;
    let (mut cosine, mut sine, mut term) = (0.0, 0.0, 1.0);
    for n in 0..30_u32 {
        match n % 4 {
            0 => cosine += term,
            1 => sine += term,
            2 => cosine -= term,
            _ => sine -= term,
        }
        term = term * x / f64::from(n + 1);
    }
    (cosine as f32, sine as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_those_of_a_circle() {
        for degrees in [0.0_f32, 30.0, 90.0, 179.0, 270.0, -45.0] {
            let (cosine, sine) = turn(degrees);
            assert!((cosine - degrees.to_radians().cos()).abs() < 1e-5, "{degrees}");
            assert!((sine - degrees.to_radians().sin()).abs() < 1e-5, "{degrees}");
        }
    }

    #[test]
    fn a_name_always_gives_the_same_numbers() {
        assert_eq!(Rng::named("H49").bits(), Rng::named("H49").bits());
        assert_ne!(Rng::named("H49").bits(), Rng::named("H50").bits());
    }
}
