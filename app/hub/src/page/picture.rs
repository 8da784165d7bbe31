//! The picture of a page: the master as the station sent it, decoded, cut, turned and made small enough for a browser.
//!
//! The bytes are foreign: sizes are limited before anything is decoded, few are decoded at once, and who waits for a
//! picture waits for a limited time. A picture that takes longer keeps its turn until it is done.

use std::io::Cursor;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use sohoa_imaging::ImagingError;
use sohoa_imaging::inspect::{Limits, facts};
use sohoa_imaging::view::view;
use sohoa_model::geometry::Rotation;
use sohoa_model::part::FramePart;
use sohoa_wire::ProblemKind;
use tokio::sync::OwnedSemaphorePermit;

use crate::{Hub, Refusal};

/// Bytes of a master that is shown, at most.
pub(super) const MASTER_BYTES: i64 = 128 * 1024 * 1024;
/// 150 million pixels a frame (A2 at 600 dpi is 139 million), 200 frames a file.
const LIMITS: Limits = Limits { pixels: 150_000_000, frames: 200, side: 30_000 };
/// For a turn, and then for the picture.
const PATIENCE: Duration = Duration::from_secs(20);

/// What of a master a page shows.
#[derive(Debug, Clone)]
pub(super) struct Cut {
    /// The frame, from 0.
    pub(super) frame: u32,
    /// Clockwise degrees from the stored samples; none: as the file says.
    pub(super) turned: Option<i32>,
    /// The part of the frame; none: all of it.
    pub(super) part: Option<FramePart>,
    /// Pixels of the longer side, at most.
    pub(super) longest: u32,
}

/// Why a master is not shown.
#[derive(Debug, thiserror::Error)]
enum PictureError {
    #[error("the master has no frame {0}")]
    NoFrame(u32),
    #[error("the part does not fit into the frame")]
    NoPart,
    #[error(transparent)]
    Imaging(#[from] ImagingError),
    #[error("the picture cannot be written")]
    Write(#[from] std::io::Error),
}

/// A turn, which is taken before the master is read: few masters are in memory at once.
pub(super) async fn turn(hub: &Hub) -> Result<OwnedSemaphorePermit, Refusal> {
    let late = |_| Refusal::new(ProblemKind::Unavailable).detail("too many pictures are asked for");
    let turn = tokio::time::timeout(PATIENCE, Arc::clone(&hub.pictures).acquire_owned()).await.map_err(late)?;
    turn.map_err(|error| Refusal::new(ProblemKind::Unavailable).because(error))
}

/// The picture as JPEG; the turn ends with it.
pub(super) async fn jpeg(turn: OwnedSemaphorePermit, master: Bytes, cut: Cut) -> Result<Vec<u8>, Refusal> {
    let making = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        make(&master, &cut)
    });
    let slow = |_| Refusal::new(ProblemKind::TooLarge).detail("the master takes too long to decode");
    let made = tokio::time::timeout(PATIENCE, making).await.map_err(slow)?;
    let made = made.map_err(|error| Refusal::new(ProblemKind::Internal).because(error))?;
    made.map_err(|error| Refusal::new(ProblemKind::UnsupportedMedia).because(error))
}

fn make(master: &[u8], cut: &Cut) -> Result<Vec<u8>, PictureError> {
    let mut source = Cursor::new(master);
    let facts = facts(&mut source, cut.frame, &LIMITS)?.ok_or(PictureError::NoFrame(cut.frame))?;
    // Once more against this very frame: the record may speak of another. Beside the part may lie what is nobody's to see.
    let part = match cut.part {
        Some(part) => FramePart::of(&facts, part.numbers()).ok_or(PictureError::NoPart)?,
        None => FramePart::whole(&facts),
    };
    let factor = part.width().max(part.height()).div_ceil(cut.longest);
    let picture = view(&mut source, &facts, part, &LIMITS, factor)?;
    let turn = cut.turned.and_then(Rotation::from_degrees).unwrap_or(facts.stated_rotation);
    let mut out = Vec::new();
    picture.turned(turn).write(&mut out)?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A JPEG of 40 × 20 pixels, black at its left, white at its right.
    fn master() -> Vec<u8> {
        let row = [vec![0; 60], vec![255; 60]].concat();
        let picture = sohoa_imaging::thumbnail::Picture { width: 40, height: 20, pixels: row.repeat(20) };
        let mut out = Vec::new();
        picture.write(&mut out).unwrap();
        out
    }

    #[test]
    fn a_picture_is_cut_turned_and_bounded() {
        let whole = Cut { frame: 0, turned: Some(90), part: None, longest: 20 };
        let size = |jpeg: &[u8]| {
            let facts = facts(&mut Cursor::new(jpeg), 0, &LIMITS).unwrap().unwrap();
            (facts.width, facts.height)
        };
        assert_eq!(size(&make(&master(), &whole).unwrap()), (10, 20));
        let part = Cut { turned: None, part: "0,0,10,20".parse().ok(), ..whole.clone() };
        assert_eq!(size(&make(&master(), &part).unwrap()), (10, 20));
        let beyond = Cut { part: "0,0,4000,20".parse().ok(), ..part };
        assert!(matches!(make(&master(), &beyond), Err(PictureError::NoPart)), "never more than the part");
        assert!(matches!(make(&master(), &Cut { frame: 1, ..whole.clone() }), Err(PictureError::NoFrame(1))));
        assert!(make(b"MZ", &whole).is_err());
    }
}
