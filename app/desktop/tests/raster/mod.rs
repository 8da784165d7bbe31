//! A painter of what egui drew, without a graphics card: triangles with their colours and textures, in the same way on
//! every machine.
//!
//! Lengths are pixels, the origin is the upper left corner, the middle of a pixel decides whether a triangle covers it. Colours
//! are premultiplied and are mixed as they are stored (gamma), as egui's own painters do.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use eframe::egui::epaint::{ImageData, Mesh, Primitive, Vertex};
use eframe::egui::{Color32, Context, FullOutput, Rect, TextureFilter, TextureId, TextureOptions, TexturesDelta};
use egui_kittest::TestRenderer;

/// Parts of a pixel that places are rounded to, so that triangles with a common side share no pixel and leave none out.
const PARTS: f64 = 256.0;

/// Red, green, blue and how much it covers, from 0 to 255.
type Colour = [f32; 4];

/// A picture of three bytes a pixel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Picture {
    /// Pixels across.
    pub(crate) width: usize,
    /// Rows from the top.
    pub(crate) pixels: Vec<[u8; 3]>,
}

/// A texture, each of its levels half as large as the one before.
struct Texture {
    levels: Vec<Level>,
    options: TextureOptions,
}

struct Level {
    width: usize,
    height: usize,
    pixels: Vec<Colour>,
}

/// The textures of a window, kept as its frames change them.
#[derive(Default, Clone)]
pub(crate) struct Textures(Rc<RefCell<Kept>>);

#[derive(Default)]
struct Kept {
    textures: HashMap<TextureId, Texture>,
    /// What the last frame may still show.
    gone: Vec<TextureId>,
}

impl TestRenderer for Textures {
    fn handle_delta(&mut self, delta: &mut TexturesDelta) {
        let mut kept = self.0.borrow_mut();
        for id in std::mem::take(&mut kept.gone) {
            kept.textures.remove(&id);
        }
        for (id, changes) in delta.set.drain() {
            for change in changes {
                let ImageData::Color(image) = change.image;
                let pixels = image.pixels.iter().map(|pixel| colour(*pixel)).collect();
                let part = Level { width: image.size[0], height: image.size[1], pixels };
                match change.pos {
                    Some(at) => {
                        kept.textures.get_mut(&id).expect("a part of a texture that is there").levels[0].put(at, &part);
                    }
                    None => drop(kept.textures.insert(id, Texture { levels: vec![part], options: change.options })),
                }
                kept.textures.get_mut(&id).expect("it was put there").make_levels();
            }
        }
        kept.gone.extend(delta.free.drain());
    }
}

impl Textures {
    /// Paints a frame of so many pixels.
    pub(crate) fn paint(&self, ctx: &Context, output: &FullOutput, [width, height]: [usize; 2]) -> Picture {
        let kept = self.0.borrow();
        let mut canvas = Canvas { width, height, pixels: vec![[0.0; 4]; width * height] };
        for clipped in ctx.tessellate(output.shapes.clone(), output.pixels_per_point) {
            let Primitive::Mesh(mesh) = &clipped.primitive else { continue };
            let texture = kept.textures.get(&mesh.texture_id).expect("the texture of a mesh");
            canvas.paint(mesh, texture, clipped.clip_rect, output.pixels_per_point);
        }
        let byte = |value: f32| value.round().clamp(0.0, 255.0) as u8;
        let pixels = canvas.pixels.iter().map(|[red, green, blue, _]| [byte(*red), byte(*green), byte(*blue)]);
        Picture { width, pixels: pixels.collect() }
    }
}

fn colour(colour: Color32) -> Colour {
    colour.to_array().map(f32::from)
}

fn mixed(a: Colour, b: Colour, share: f32) -> Colour {
    std::array::from_fn(|at| a[at] + (b[at] - a[at]) * share)
}

impl Level {
    fn at(&self, x: i64, y: i64) -> Colour {
        let (x, y) = (x.clamp(0, self.width as i64 - 1), y.clamp(0, self.height as i64 - 1));
        self.pixels[y as usize * self.width + x as usize]
    }

    fn put(&mut self, [left, top]: [usize; 2], part: &Self) {
        for row in 0..part.height {
            let from = (top + row) * self.width + left;
            let pixels = &part.pixels[row * part.width..(row + 1) * part.width];
            self.pixels[from..from + part.width].copy_from_slice(pixels);
        }
    }

    fn halved(&self) -> Self {
        let (width, height) = (self.width.div_ceil(2), self.height.div_ceil(2));
        let mut pixels = Vec::with_capacity(width * height);
        for y in 0..height as i64 {
            for x in 0..width as i64 {
                let above = mixed(self.at(2 * x, 2 * y), self.at(2 * x + 1, 2 * y), 0.5);
                let below = mixed(self.at(2 * x, 2 * y + 1), self.at(2 * x + 1, 2 * y + 1), 0.5);
                pixels.push(mixed(above, below, 0.5));
            }
        }
        Self { width, height, pixels }
    }

    /// What is seen at a place, from 0 to 1 across and down.
    fn sample(&self, [u, v]: [f32; 2], filter: TextureFilter) -> Colour {
        let (x, y) = (u * self.width as f32, v * self.height as f32);
        if filter == TextureFilter::Nearest {
            return self.at(x.floor() as i64, y.floor() as i64);
        }
        let (x, y) = (x - 0.5, y - 0.5);
        let (left, top) = (x.floor(), y.floor());
        let (column, row) = (left as i64, top as i64);
        let above = mixed(self.at(column, row), self.at(column + 1, row), x - left);
        let below = mixed(self.at(column, row + 1), self.at(column + 1, row + 1), x - left);
        mixed(above, below, y - top)
    }
}

impl Texture {
    /// Makes the smaller levels, if the texture is to have any.
    fn make_levels(&mut self) {
        self.levels.truncate(1);
        while self.options.mipmap_mode.is_some() {
            let last = &self.levels[self.levels.len() - 1];
            if last.width.max(last.height) == 1 {
                return;
            }
            let next = last.halved();
            self.levels.push(next);
        }
    }

    /// What is seen at a place, when a pixel of the screen covers so many of the texture.
    fn sample(&self, place: [f32; 2], covered: f32) -> Colour {
        let last = self.levels.len() - 1;
        let level = covered.max(1.0).log2().min(last as f32);
        let filter = if covered > 1.0 { self.options.minification } else { self.options.magnification };
        let (near, share) = (level.floor(), level.fract());
        let nearer = self.levels[near as usize].sample(place, filter);
        if share == 0.0 {
            return nearer;
        }
        mixed(nearer, self.levels[(near as usize + 1).min(last)].sample(place, filter), share)
    }
}

struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<Colour>,
}

/// A corner in parts of a pixel.
type Corner = [i64; 2];

/// Twice the area of the triangle from a side to a place; positive at the right of the side as it is walked on the screen.
fn side(from: Corner, to: Corner, place: Corner) -> i64 {
    (to[0] - from[0]) * (place[1] - from[1]) - (to[1] - from[1]) * (place[0] - from[0])
}

/// Whether a place on this side belongs to the triangle: upper and left sides are its own.
fn is_own(from: Corner, to: Corner) -> bool {
    let (across, down) = (to[0] - from[0], to[1] - from[1]);
    down < 0 || (down == 0 && across > 0)
}

impl Canvas {
    fn paint(&mut self, mesh: &Mesh, texture: &Texture, clip: Rect, scale: f32) {
        let edge = |place: f32, size: usize| (place * scale).round().clamp(0.0, size as f32) as i64;
        let clip = [
            edge(clip.left(), self.width),
            edge(clip.top(), self.height),
            edge(clip.right(), self.width),
            edge(clip.bottom(), self.height),
        ];
        for corners in mesh.indices.as_chunks::<3>().0 {
            let corners = corners.map(|at| &mesh.vertices[at as usize]);
            self.triangle(corners, texture, clip, scale);
        }
    }

    fn triangle(&mut self, mut vertices: [&Vertex; 3], texture: &Texture, clip: [i64; 4], scale: f32) {
        let parts = |value: f32| (f64::from(value * scale) * PARTS).round() as i64;
        let corner = |vertex: &Vertex| [parts(vertex.pos.x), parts(vertex.pos.y)];
        let mut corners = vertices.map(corner);
        let mut area = side(corners[0], corners[1], corners[2]);
        if area == 0 {
            return;
        }
        if area < 0 {
            vertices.swap(1, 2);
            corners.swap(1, 2);
            area = -area;
        }
        let colours = vertices.map(|vertex| colour(vertex.color));
        let places = vertices.map(|vertex| [vertex.uv.x, vertex.uv.y]);
        let is_plain = places[0] == places[1] && places[0] == places[2];
        let plain = is_plain.then(|| texture.sample(places[0], 1.0));
        // The texels that a pixel covers: the root of the areas' ratio.
        let [width, height] = [texture.levels[0].width as f32, texture.levels[0].height as f32];
        let [a, b] = [1, 2].map(|at| [places[at][0] - places[0][0], places[at][1] - places[0][1]]);
        let texels = ((a[0] * b[1] - a[1] * b[0]) * width * height).abs();
        let covered = (texels / (area as f64 / PARTS / PARTS) as f32).sqrt();
        let whole = PARTS as i64;
        let span = |axis: usize| {
            let places = corners.map(|corner| corner[axis]);
            let (first, last) = (places.iter().min().expect("three"), places.iter().max().expect("three"));
            (first.div_euclid(whole).max(clip[axis]), (last.div_euclid(whole) + 1).min(clip[axis + 2]))
        };
        let ((left, right), (top, bottom)) = (span(0), span(1));
        let sides = [(corners[1], corners[2]), (corners[2], corners[0]), (corners[0], corners[1])];
        let own = sides.map(|(from, to)| is_own(from, to));
        for y in top..bottom {
            for x in left..right {
                let middle = [x * whole + whole / 2, y * whole + whole / 2];
                let weights = sides.map(|(from, to)| side(from, to, middle));
                if weights.iter().zip(own).any(|(weight, own)| *weight < 0 || (*weight == 0 && !own)) {
                    continue;
                }
                let shares = weights.map(|weight| weight as f32 / area as f32);
                let sum = |values: [f32; 3]| values[0] * shares[0] + values[1] * shares[1] + values[2] * shares[2];
                let seen = plain.unwrap_or_else(|| {
                    texture.sample([0, 1].map(|axis| sum(places.map(|place| place[axis]))), covered)
                });
                let source: Colour = std::array::from_fn(|at| sum(colours.map(|colour| colour[at])) * seen[at] / 255.0);
                let under = &mut self.pixels[y as usize * self.width + x as usize];
                let left = 1.0 - source[3] / 255.0;
                *under = std::array::from_fn(|at| source[at] + under[at] * left);
            }
        }
    }
}
