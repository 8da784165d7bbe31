//! A sheet being set: ink with the text that it says, line by line in the order in which a person reads.

use crate::canvas::{BLUE, Canvas, Ink, RED, Set, Type, mm};
use crate::fonts::{Face, Fonts};
use crate::rng::{Rng, turn};

/// Where a line stands between its margins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// At the left margin.
    Left,
    /// In the middle.
    Centre,
}

/// One side of a sheet with its text. All lengths are millimetres from the upper left corner.
pub struct Sheet<'a> {
    /// The ink.
    pub canvas: Canvas,
    /// The dice for everything on this sheet.
    pub rng: Rng,
    fonts: &'a Fonts,
    truth: String,
}

impl<'a> Sheet<'a> {
    /// An empty sheet.
    pub fn new(canvas: Canvas, fonts: &'a Fonts, rng: Rng) -> Self {
        Self { canvas, rng, fonts, truth: String::new() }
    }

    /// What the sheet says, lines ended by line feeds. Seals and signatures are not text.
    pub fn truth(&self) -> &str {
        &self.truth
    }

    /// Writes a line of the truth without setting it.
    pub fn note(&mut self, text: &str) {
        self.truth.push_str(text);
        self.truth.push('\n');
    }

    /// Sets a line on the baseline `y` between `left` and `right`.
    pub fn line(&mut self, style: Type, text: &str, align: Align, left: f32, right: f32, y: f32) {
        let width = self.fonts.width(style.face, style.points, text);
        let x = match align {
            Align::Left => mm(left),
            Align::Centre => (mm(left) + mm(right) - width) / 2.0,
        };
        self.canvas.letters(&Set { fonts: self.fonts, style }, text, (x, mm(y)), 0.0, &mut self.rng);
        self.note(text);
    }

    /// Sets letters from `x` on the baseline `y` without writing them into the truth.
    pub fn unread(&mut self, style: Type, text: &str, x: f32, y: f32) {
        self.canvas.letters(&Set { fonts: self.fonts, style }, text, (mm(x), mm(y)), 0.0, &mut self.rng);
    }

    /// Sets a centred line with a rule below its middle part, as letterheads have it.
    pub fn ruled_line(&mut self, style: Type, text: &str, left: f32, right: f32, y: f32, share: f32) {
        self.line(style, text, Align::Centre, left, right, y);
        let half = self.fonts.width(style.face, style.points, text) * share / 2.0;
        let middle = (mm(left) + mm(right)) / 2.0;
        let below = mm(y + 1.5);
        self.canvas.stroke((middle - half, below), (middle + half, below), 2.0, style.ink, 0.2, &mut self.rng);
    }

    /// The lines that a text breaks into.
    pub fn broken(&self, style: Type, text: &str, width: f32, indent: f32) -> Vec<String> {
        let mut lines = Vec::new();
        let mut line = String::new();
        let mut room = mm(width - indent);
        let chinese = style.face == Face::Chinese;
        let pieces: Vec<String> = if chinese {
            text.chars().map(String::from).collect()
        } else {
            text.split(' ').map(str::to_owned).collect()
        };
        for piece in pieces {
            let longer = if line.is_empty() || chinese { format!("{line}{piece}") } else { format!("{line} {piece}") };
            if !line.is_empty() && self.fonts.width(style.face, style.points, &longer) > room {
                lines.push(std::mem::replace(&mut line, piece));
                room = mm(width);
            } else {
                line = longer;
            }
        }
        lines.push(line);
        lines
    }

    /// Sets one line of a paragraph from margin to margin; the last is not stretched.
    pub fn justified(&mut self, style: Type, text: &str, left: f32, right: f32, y: f32, last: bool) {
        let gaps = text.matches(' ').count();
        let free = mm(right) - mm(left) - self.fonts.width(style.face, style.points, text);
        let stretch = if last || gaps == 0 || style.unrest > 0.0 { 0.0 } else { (free / gaps as f32).clamp(0.0, 25.0) };
        self.canvas.letters(&Set { fonts: self.fonts, style }, text, (mm(left), mm(y)), stretch, &mut self.rng);
        self.note(text);
    }

    /// Sets a text into a box, line under line from the baseline `y`, `leading` apart. Returns the baseline after it.
    pub fn boxed(&mut self, style: Type, text: &str, align: Align, sides: (f32, f32), y: f32, leading: f32) -> f32 {
        let (left, right) = sides;
        let mut y = y;
        for line in self.broken(style, text, right - left, 0.0) {
            self.line(style, &line, align, left, right, y);
            y += leading;
        }
        y
    }

    /// Draws a rule.
    pub fn rule(&mut self, from: (f32, f32), to: (f32, f32), thick: f32, ink: Ink) {
        self.canvas.stroke((mm(from.0), mm(from.1)), (mm(to.0), mm(to.1)), thick, ink, 0.25, &mut self.rng);
    }

    /// Presses a round red seal, 36 mm wide, a little turned, with these words around its star.
    pub fn seal(&mut self, words: &str, x: f32, y: f32) {
        let middle = (mm(x), mm(y));
        let tilt = self.rng.between(-18.0, 18.0);
        let patchy = self.rng.between(0.3, 0.6);
        self.canvas.ring(middle, mm(18.0), 4.5, RED, patchy, &mut self.rng);
        self.canvas.ring(middle, mm(16.8), 1.8, RED, patchy, &mut self.rng);
        self.canvas.ring(middle, mm(10.8), 1.8, RED, patchy, &mut self.rng);
        self.canvas.star(middle, mm(6.0), RED, &mut self.rng);
        let style = Type { face: Face::SansBold, points: 8.5, ink: RED, unrest: 0.0 };
        let letters: Vec<char> = words.chars().collect();
        let step = (300.0 / letters.len().max(1) as f32).min(13.0);
        let first = tilt - step * (letters.len() as f32 - 1.0) / 2.0;
        for (i, letter) in letters.into_iter().enumerate() {
            let degrees = first + step * i as f32;
            let (cosine, sine) = turn(degrees - 90.0);
            let (lx, ly) = (middle.0 + cosine * mm(13.8), middle.1 + sine * mm(13.8));
            self.canvas.turned_letter(&Set { fonts: self.fonts, style }, letter, (lx, ly), degrees, &mut self.rng);
        }
    }

    /// Presses a framed red stamp with its middle at (`x`, `y`), turned by so many degrees; its words are text.
    pub fn framed_stamp(&mut self, words: &str, x: f32, y: f32, degrees: f32) {
        self.framed_stamp_in(words, x, y, degrees, RED);
    }

    /// The same in another ink.
    pub fn framed_stamp_in(&mut self, words: &str, x: f32, y: f32, degrees: f32, ink: Ink) {
        let style = Type { face: Face::SerifBold, points: 20.0, ink, unrest: 0.0 };
        let width = self.fonts.width(style.face, style.points, words);
        let (cosine, sine) = turn(degrees);
        let middle = (mm(x), mm(y));
        let place = |dx: f32, dy: f32| (middle.0 + cosine * dx - sine * dy, middle.1 + sine * dx + cosine * dy);
        let (half, tall) = (width / 2.0 + mm(4.0), mm(6.0));
        let corners = [place(-half, -tall), place(half, -tall), place(half, tall), place(-half, tall)];
        for i in 0..4 {
            self.canvas.stroke(corners[i], corners[(i + 1) % 4], 5.0, ink, 0.4, &mut self.rng);
        }
        let mut along = -width / 2.0;
        for letter in words.chars() {
            let advance = self.fonts.width(style.face, style.points, &letter.to_string());
            let (lx, ly) = place(along + advance / 2.0, 0.0);
            self.canvas.turned_letter(&Set { fonts: self.fonts, style }, letter, (lx, ly), degrees, &mut self.rng);
            along += advance;
        }
        self.note(words);
    }

    /// Scrawls a signature with its middle at (`x`, `y`).
    pub fn signature(&mut self, x: f32, y: f32) {
        // Loops that lean to the right and grow smaller, then a long tail.
        let loops = self.rng.whole(3, 5);
        let mut along = x - 15.0;
        let mut points = vec![(mm(along), mm(y + 2.0)), (mm(along), mm(y + 2.0))];
        for i in 0..loops {
            let size = self.rng.between(0.5, 1.0) * (1.0 - 0.13 * i as f32);
            for (dx, dy) in [(4.2, -9.0), (1.2, -10.5), (-0.5, -4.0), (1.8, 1.5), (4.0, 0.5)] {
                let waver = self.rng.between(-0.7, 0.7);
                points.push((mm(along + dx * size + waver), mm(y + dy * size + waver)));
            }
            along += self.rng.between(3.5, 5.5);
        }
        for (dx, dy) in [(4.0, 2.5), (12.0, -2.0), (6.0, 4.0), (-9.0, 4.5), (-10.0, 4.6)] {
            points.push((mm(along + dx), mm(y + dy)));
        }
        for i in 1..points.len().saturating_sub(2) {
            let [a, b, c, d] = [points[i - 1], points[i], points[i + 1], points[i + 2]];
            let mut from = b;
            for step in 1..=12 {
                let t = step as f32 / 12.0;
                let to = (spline(a.0, b.0, c.0, d.0, t), spline(a.1, b.1, c.1, d.1, t));
                self.canvas.stroke(from, to, 2.6, BLUE, 0.15, &mut self.rng);
                from = to;
            }
        }
    }
}

/// Catmull and Rom's curve from `b` to `c`.
fn spline(a: f32, b: f32, c: f32, d: f32, t: f32) -> f32 {
    b + 0.5 * t * (c - a + t * (2.0 * a - 5.0 * b + 4.0 * c - d + t * (3.0 * (b - c) + d - a)))
}
