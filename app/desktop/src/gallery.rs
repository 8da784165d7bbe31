//! Pictures of pages: small ones from the disk, large ones and their tiles from a worker, kept while they are looked at.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::mpsc::Receiver;

use eframe::egui;
use egui::{ColorImage, Context, TextureHandle, TextureOptions};
use sohoa_catalog::query::PageView;
use sohoa_model::geometry::Rotation;
use sohoa_model::part::FramePart;
use sohoa_model::{Cancel, Sha256};
use sohoa_pipeline::PipelineError;
use sohoa_pipeline::archive::{Archive, Session};
use sohoa_pipeline::pictures::{self, Picture};
use sohoa_pipeline::worker::Worker;

use crate::errand::{Errand, Tell};
use crate::theme;

/// Pictures of each size that are kept, at most: what bounds the memory.
const SMALL: usize = 160;
const LARGE: usize = 6;
const TILES: usize = 40;
/// Wishes that may wait; older ones are given up, for the person has moved on.
const WAITING: usize = 48;
/// A side of a large picture in pixels, at most; what is larger comes in tiles.
const SIDE: u32 = 2048;
/// The side of a tile in pixels.
pub const TILE: u32 = 1024;

/// Which picture of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Size {
    Small,
    /// All of it, its pixels made fewer by a factor.
    Whole(u32),
    /// A tile of it, by a factor and its place across and down.
    Tile(u32, u32, u32),
    /// All of it as recognition is given it, its pixels made fewer by a factor.
    Prepared(u32),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    master: Sha256,
    frame: u32,
    shown: FramePart,
    stands: Rotation,
    size: Size,
}

impl Key {
    fn of(page: &PageView, size: Size) -> Self {
        Self { master: page.master, frame: page.facts.index, shown: page.shown(), stands: page.stands, size }
    }
}

enum Slot {
    Asked,
    Failed,
    Shown { texture: TextureHandle, at: u64 },
}

enum Made {
    Picture(ColorImage),
    Failed,
    /// It was given up for later wishes.
    GivenUp,
}

type Wish = (Key, Box<PageView>);

/// The pictures.
pub struct Gallery {
    small: Errand<Wish, (Key, Made)>,
    large: Errand<Wish, (Key, Made)>,
    slots: HashMap<Key, Slot>,
    frame: u64,
}

/// By how much the pixels of a page are made fewer so that all of it fits into one picture: a power of two.
pub fn whole_factor(page: &PageView) -> u32 {
    let (width, height) = page.size();
    let longest = width.max(height);
    longest.div_ceil(SIDE).next_power_of_two()
}

impl Gallery {
    /// Starts the threads; they end with this.
    pub fn start(root: &std::path::Path, session: &Session, ctx: &Context) -> Self {
        let painters = || {
            let (root, session) = (root.to_owned(), session.clone());
            Errand::start(ctx, move |wishes: &Receiver<Wish>, made: &Tell<(Key, Made)>| {
                paint(root, &session, wishes, made);
            })
        };
        Self { small: painters(), large: painters(), slots: HashMap::new(), frame: 0 }
    }

    /// Takes what was made since; once a frame.
    pub fn take(&mut self, ctx: &Context) {
        self.frame += 1;
        while let Some((key, made)) = self.small.answer().or_else(|| self.large.answer()) {
            let slot = match made {
                Made::GivenUp => {
                    self.slots.remove(&key);
                    continue;
                }
                Made::Failed => Slot::Failed,
                Made::Picture(image) => {
                    let smooth = TextureOptions::LINEAR.with_mipmap_mode(Some(egui::TextureFilter::Linear));
                    Slot::Shown { texture: ctx.load_texture("page", image, smooth), at: self.frame }
                }
            };
            self.slots.insert(key, slot);
            self.forget();
        }
    }

    /// Lets go of what was not looked at for the longest time.
    fn forget(&mut self) {
        for (most, is_kind) in [
            (SMALL, (|size| size == Size::Small) as fn(Size) -> bool),
            (LARGE, |size| matches!(size, Size::Whole(_) | Size::Prepared(_))),
            (TILES, |size| matches!(size, Size::Tile(..))),
        ] {
            let shown = |(key, slot): (&Key, &Slot)| match slot {
                Slot::Shown { at, .. } if is_kind(key.size) => Some((*at, *key)),
                _ => None,
            };
            let mut kept: Vec<(u64, Key)> = self.slots.iter().filter_map(shown).collect();
            if kept.len() > most {
                kept.sort_by_key(|(at, _)| *at);
                let frame = self.frame;
                // What is on the screen stays, however much it is.
                let gone = kept.iter().take(kept.len() - most).filter(|(at, _)| at + 1 < frame);
                gone.for_each(|(_, key)| drop(self.slots.remove(key)));
            }
        }
    }

    /// Looks at failed pictures anew.
    pub fn try_again(&mut self) {
        self.slots.retain(|_, slot| !matches!(slot, Slot::Failed));
    }

    /// A page in small; nothing while it is made.
    pub fn small(&mut self, page: &PageView) -> Option<TextureHandle> {
        self.get(page, Size::Small)
    }

    /// All of a page; nothing while it is made.
    pub fn whole(&mut self, page: &PageView) -> Option<TextureHandle> {
        self.get(page, Size::Whole(whole_factor(page)))
    }

    /// All of a page as recognition is given it: gray, and level; nothing while it is made.
    pub fn prepared(&mut self, page: &PageView) -> Option<TextureHandle> {
        self.get(page, Size::Prepared(whole_factor(page)))
    }

    /// A tile of a page, by its place across and down; nothing while it is made.
    pub fn tile(&mut self, page: &PageView, factor: u32, across: u32, down: u32) -> Option<TextureHandle> {
        self.get(page, Size::Tile(factor, across, down))
    }

    /// Whether a page in small is there.
    pub fn has_small(&self, page: &PageView) -> bool {
        matches!(self.slots.get(&Key::of(page, Size::Small)), Some(Slot::Shown { .. }))
    }

    /// Whether every picture that was asked for was made, or can't be.
    pub fn is_settled(&self) -> bool {
        !self.slots.values().any(|slot| matches!(slot, Slot::Asked))
    }

    /// Whether a page can't be shown.
    pub fn is_lost(&self, page: &PageView) -> bool {
        let size = Size::Whole(whole_factor(page));
        matches!(self.slots.get(&Key::of(page, size)), Some(Slot::Failed))
    }

    fn get(&mut self, page: &PageView, size: Size) -> Option<TextureHandle> {
        let key = Key::of(page, size);
        match self.slots.get_mut(&key) {
            Some(Slot::Shown { texture, at }) => {
                *at = self.frame;
                Some(texture.clone())
            }
            Some(Slot::Asked | Slot::Failed) => None,
            None => {
                self.slots.insert(key, Slot::Asked);
                let painter = if size == Size::Small { &self.small } else { &self.large };
                painter.ask((key, Box::new(page.clone())));
                None
            }
        }
    }
}

/// Makes pictures, the one that was asked for last first.
fn paint(root: PathBuf, session: &Session, wishes: &Receiver<Wish>, made: &Tell<(Key, Made)>) {
    let mut worker = Worker::new(session.worker.clone());
    let mut archive = None;
    let mut stack: Vec<Wish> = Vec::new();
    loop {
        if stack.is_empty() {
            match wishes.recv() {
                Ok(wish) => stack.push(wish),
                Err(_) => return,
            }
        }
        stack.extend(wishes.try_iter());
        if stack.len() > WAITING {
            for (key, _) in stack.drain(..stack.len() - WAITING) {
                made.tell((key, Made::GivenUp));
            }
        }
        let Some((key, page)) = stack.pop() else { continue };
        if archive.is_none() {
            archive = Archive::open(&root, session).ok();
        }
        let picture = archive.as_ref().map(|archive| picture(archive, &page, key.size, &mut worker));
        let answer = match picture {
            Some(Ok(picture)) => Made::Picture(theme::image(picture.width, picture.height, &picture.pixels)),
            _ => Made::Failed,
        };
        if !made.tell((key, answer)) {
            return;
        }
    }
}

fn picture(archive: &Archive, page: &PageView, size: Size, worker: &mut Worker) -> Result<Picture, PipelineError> {
    let cancel = Cancel::new();
    match size {
        Size::Small => pictures::small(archive, page, worker, &cancel),
        Size::Whole(factor) => pictures::large(archive, page, factor, None, worker, &cancel),
        Size::Prepared(factor) => pictures::prepared(archive, page, factor, worker, &cancel),
        Size::Tile(factor, across, down) => {
            let part = [across * TILE, down * TILE, TILE, TILE];
            pictures::large(archive, page, factor, Some(part), worker, &cancel)
        }
    }
}
