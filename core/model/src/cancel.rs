//! A wish to stop, shared between the person who has it and the work that looks at it between two steps.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A flag that many hold and that only ever goes from *go on* to *stop*.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// A wish not yet uttered.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks the work to stop at its next safe place.
    pub fn request(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether somebody asked to stop.
    pub fn is_requested(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}
