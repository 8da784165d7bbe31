//! A barcode scanner that types as a keyboard does: told from a person by its speed and by the Enter at its end.

use eframe::egui;
use egui::{Context, Event, Key, Modifiers};

/// Seconds from one letter to the next, at most: no hand is as fast.
const GAP: f64 = 0.035;
/// Letters that a code has, at least.
const SHORTEST: usize = 4;
/// Letters that a code has, at most.
const LONGEST: usize = 120;

/// Letters that came so fast that they may be a code.
#[derive(Default)]
pub struct Wedge {
    letters: String,
    /// The events that the letters came as, to be given back if they are none.
    held: Vec<Event>,
    /// When the last letter came.
    at: f64,
}

impl Wedge {
    /// Listens, where no field has the focus; gives a code that was scanned.
    ///
    /// Letters are held back until no other follows as fast; then they are the keys of the screen.
    pub fn hear(&mut self, ctx: &Context) -> Option<String> {
        let mut code = None;
        ctx.input_mut(|input| {
            let now = input.time;
            let mut left = Vec::new();
            // A frame may have taken longer than the gap: what came meanwhile goes on.
            let goes_on = |event: &Event| matches!(event, Event::Text(text) if !text.trim().is_empty());
            if now - self.at > GAP && !input.events.iter().any(goes_on) {
                self.give_back(&mut left);
            }
            for event in std::mem::take(&mut input.events) {
                match &event {
                    Event::Text(text) if !text.chars().any(char::is_whitespace) => {
                        self.letters.push_str(text);
                        self.held.push(event);
                        self.at = now;
                    }
                    // The key of a letter comes before the letter.
                    Event::Key { key, pressed: true, modifiers, .. } if is_letter(*key, *modifiers) => {
                        self.held.push(event);
                        self.at = now;
                    }
                    Event::Key { key: Key::Enter, pressed: true, .. } if self.is_code() => {
                        code = Some(std::mem::take(&mut self.letters));
                        self.held.clear();
                    }
                    // A key that goes up is news to nobody.
                    Event::Key { pressed: false, .. } | Event::PointerMoved(_) => left.push(event),
                    _ => {
                        self.give_back(&mut left);
                        left.push(event);
                    }
                }
            }
            if self.letters.len() > LONGEST {
                self.give_back(&mut left);
            }
            input.events = left;
        });
        if !self.held.is_empty() {
            ctx.request_repaint_after(std::time::Duration::from_secs_f64(GAP));
        }
        code
    }

    /// What is held back is let go: somebody types into a field.
    pub fn forget(&mut self) {
        *self = Self::default();
    }

    fn is_code(&self) -> bool {
        self.letters.chars().count() >= SHORTEST
    }

    fn give_back(&mut self, events: &mut Vec<Event>) {
        events.append(&mut self.held);
        self.letters.clear();
    }
}

/// Whether a key makes a letter, a digit or a sign of a code.
fn is_letter(key: Key, modifiers: Modifiers) -> bool {
    let is_plain = !modifiers.ctrl && !modifiers.alt && !modifiers.command;
    let is_sign = matches!(
        key,
        Key::Period | Key::Minus | Key::Slash | Key::Comma | Key::Colon | Key::Semicolon | Key::Plus | Key::Equals
    );
    is_plain && (is_sign || key.name().chars().count() == 1 && key.name().chars().all(|c| c.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(key: Key, text: &str) -> [Event; 2] {
        let modifiers = Modifiers::NONE;
        [Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers }, Event::Text(text.to_owned())]
    }

    /// What is heard of events at a moment, and how many events are left.
    fn hear(wedge: &mut Wedge, at: f64, events: Vec<Event>) -> (Option<String>, usize) {
        let ctx = Context::default();
        let mut heard = (None, 0);
        let input = egui::RawInput { time: Some(at), events, ..Default::default() };
        let mut output = ctx.run_ui(input, |ui| {
            let code = wedge.hear(ui.ctx());
            heard = (code, ui.input(|input| input.events.len()));
        });
        output.textures_delta.clear();
        heard
    }

    fn scanned() -> Vec<Event> {
        let mut events: Vec<Event> =
            [(Key::H, "H"), (Key::Num4, "4"), (Key::Num9, "9"), (Key::Period, "."), (Key::X, "x")]
                .into_iter()
                .flat_map(|(key, text)| letter(key, text))
                .collect();
        let modifiers = Modifiers::NONE;
        events.push(Event::Key { key: Key::Enter, physical_key: None, pressed: true, repeat: false, modifiers });
        events
    }

    #[test]
    fn letters_as_fast_as_no_hand_are_a_code_and_no_keys() {
        let mut wedge = Wedge::default();
        assert_eq!(hear(&mut wedge, 1.0, scanned()), (Some("H49.x".to_owned()), 0));
        // Over several frames, too.
        let mut events = scanned();
        let rest = events.split_off(4);
        assert_eq!(hear(&mut wedge, 2.0, events), (None, 0));
        assert_eq!(hear(&mut wedge, 2.016, rest), (Some("H49.x".to_owned()), 0));
    }

    #[test]
    fn a_code_goes_on_behind_a_long_frame() {
        let mut wedge = Wedge::default();
        let mut events = scanned();
        let rest = events.split_off(2);
        assert_eq!(hear(&mut wedge, 1.0, events), (None, 0));
        assert_eq!(hear(&mut wedge, 1.3, rest), (Some("H49.x".to_owned()), 0));
    }

    #[test]
    fn the_letter_of_a_person_is_a_key_a_moment_later() {
        let mut wedge = Wedge::default();
        assert_eq!(hear(&mut wedge, 1.0, letter(Key::X, "x").to_vec()), (None, 0));
        assert_eq!(hear(&mut wedge, 1.05, Vec::new()), (None, 2));
        // Two keys rolled off one after the other, without Enter, are two keys.
        let two: Vec<Event> = letter(Key::A, "a").into_iter().chain(letter(Key::D, "d")).collect();
        assert_eq!(hear(&mut wedge, 2.0, two), (None, 0));
        assert_eq!(hear(&mut wedge, 2.05, Vec::new()), (None, 4));
    }
}
