//! Where all randomness comes from: one generator, seeded by the system or, for repeatable runs, by hand.

use std::sync::{Arc, Mutex, PoisonError};

use rand::rngs::{StdRng, SysRng};
use rand::{Rng, SeedableRng};

/// A cryptographic generator that is cheap to clone; clones draw from the same sequence.
#[derive(Debug, Clone)]
pub struct Random(Arc<Mutex<StdRng>>);

impl Random {
    /// Seeded by the operating system.
    ///
    /// # Panics
    /// When the operating system has no randomness to give: nothing secret could be made then.
    pub fn from_system() -> Self {
        Self(Arc::new(Mutex::new(StdRng::try_from_rng(&mut SysRng).expect("the operating system gives randomness"))))
    }

    /// The same seed gives the same sequence.
    pub fn from_seed(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(StdRng::seed_from_u64(seed))))
    }

    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(&mut bytes);
        bytes
    }

    /// `2 * N` lower-case hex digits.
    pub fn hex<const N: usize>(&self) -> String {
        hex::encode(self.bytes::<N>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_its_sequence() {
        let (one, other) = (Random::from_seed(7), Random::from_seed(7));
        let first = one.bytes::<16>();
        assert_eq!(first, other.bytes());
        assert_ne!(first, one.bytes());
        assert_ne!(Random::from_system().hex::<16>(), Random::from_system().hex::<16>());
    }
}
