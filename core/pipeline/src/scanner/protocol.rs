//! What a station and the process of a scanner say to each other, in the messages of [`worker`](crate::worker::protocol).
//!
//! The station orders, the child answers; [`Order::Stop`] may come at any time. Pixels are the payload of [`Answer::Rows`].

use serde::{Deserialize, Serialize};
use sohoa_capture::scanner::{Abilities, Device, Granted, PageShape, ScanError, Settings};

/// Bytes of pixels in one message, at most.
pub const BLOCK: usize = 1 << 20;

/// What the station wants.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "order", rename_all = "kebab-case")]
pub enum Order {
    /// The devices that are there.
    Devices,
    /// A device, opened.
    Open {
        /// Its name.
        id: String,
    },
    /// The device, set up.
    Configure {
        /// How.
        settings: Settings,
    },
    /// The next page, all of it.
    Next,
    /// No more of it.
    Stop,
}

/// What the child says.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "kebab-case")]
pub enum Answer {
    /// The devices.
    Devices {
        /// In the order of the driver.
        devices: Vec<Device>,
    },
    /// The device is open.
    Opened {
        /// What it can do.
        abilities: Abilities,
    },
    /// The device is set up.
    Granted {
        /// As what.
        granted: Granted,
    },
    /// A page begins.
    Page {
        /// What it is.
        shape: PageShape,
    },
    /// Pixels of the page.
    Rows,
    /// The page is whole.
    Whole,
    /// There is no paper left.
    Empty,
    /// It could not be done.
    Failed {
        /// Why.
        error: ScanError,
    },
}
