//! Colours, sizes and faces: the only file that may name one. Lengths are egui points.

use std::sync::{Arc, OnceLock};

use eframe::egui;
use egui::{
    Color32, ColorImage, Context, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Margin, Shadow, Stroke,
    TextStyle, Theme, style::ScrollAnimation, vec2,
};

const REGULAR: &[u8] = include_bytes!("../fonts/NotoSans-Regular.ttf");
const SEMIBOLD: &[u8] = include_bytes!("../fonts/NotoSans-Bold.ttf");

/// Seconds that hovering and pressing take to be seen.
const MOMENT: f32 = 0.08;

/// The colour of a state, and of the ground behind its word.
#[derive(Debug, Clone, Copy)]
pub struct Semantic {
    /// Of letters and marks.
    pub fg: Color32,
    /// Of the ground.
    pub soft: Color32,
}

/// The colours of a theme.
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "the names are those of the design")]
pub struct Tokens {
    pub app: Color32,
    pub panel: Color32,
    pub surface: Color32,
    pub stage: Color32,
    pub track: Color32,
    pub hover: Color32,
    pub line: Color32,
    pub line2: Color32,
    pub text: Color32,
    pub text2: Color32,
    pub text3: Color32,
    pub accent: Color32,
    pub accent_hover: Color32,
    pub accent_soft: Color32,
    pub accent_text: Color32,
    pub focus: Color32,
    pub rail: Color32,
    pub rail_text: Color32,
    pub rail_selected: Color32,
    pub on_dark: Color32,
    pub band: Color32,
    pub hit: Color32,
    pub shadow: Color32,
    pub veil: Color32,
    pub paper: Color32,
    pub paper_text: Color32,
    pub pass: Semantic,
    pub warn: Semantic,
    pub reject: Semantic,
    pub held: Semantic,
    pub safe: Semantic,
    pub unsaved: Semantic,
    pub plain: Semantic,
}

const fn colour(rgb: u32) -> Color32 {
    Color32::from_rgb((rgb >> 16) as u8, (rgb >> 8) as u8, rgb as u8)
}

/// A picture in its own colours.
pub const UNTINTED: Color32 = Color32::WHITE;

/// A picture of three bytes a pixel, for a texture.
pub fn image(width: u32, height: u32, pixels: &[u8]) -> ColorImage {
    ColorImage::from_rgb([width as usize, height as usize], pixels)
}

const fn state(fg: u32, soft: u32) -> Semantic {
    Semantic { fg: colour(fg), soft: colour(soft) }
}

/// By day.
pub const LIGHT: Tokens = Tokens {
    app: colour(0xE9EDF1),
    panel: colour(0xF5F7F9),
    surface: colour(0xFFFFFF),
    stage: colour(0xCDD4DB),
    track: colour(0xDCE2E8),
    hover: colour(0xEDF1F5),
    line: colour(0xD5DBE1),
    line2: colour(0x808B97),
    text: colour(0x16202B),
    text2: colour(0x435060),
    text3: colour(0x5D6977),
    accent: colour(0x1B5FAA),
    accent_hover: colour(0x164F90),
    accent_soft: colour(0xE0ECF8),
    accent_text: colour(0x1A5699),
    focus: colour(0x1B5FAA),
    rail: colour(0x1C2935),
    rail_text: colour(0xC3CDD7),
    rail_selected: colour(0x2F4355),
    on_dark: colour(0xFFFFFF),
    band: colour(0xB9D2EC),
    hit: colour(0xFFE58A),
    shadow: Color32::from_black_alpha(41),
    veil: Color32::from_black_alpha(150),
    paper: colour(0xF7F4EC),
    paper_text: colour(0x5D6977),
    pass: state(0x1A7340, 0xDFF2E6),
    warn: state(0x8A5800, 0xFDF0D2),
    reject: state(0xB3261E, 0xFCE6E3),
    held: state(0x6A3D9E, 0xEEE6F8),
    safe: state(0x0A6A6C, 0xD9F0EF),
    unsaved: state(0x9A4310, 0xFBE9DD),
    plain: state(0x435060, 0xEDF1F5),
};

/// By night.
pub const DARK: Tokens = Tokens {
    app: colour(0x10161C),
    panel: colour(0x161D25),
    surface: colour(0x1C242D),
    stage: colour(0x0A0E12),
    track: colour(0x2F3B47),
    hover: colour(0x25303B),
    line: colour(0x2C3742),
    line2: colour(0x6F7D8B),
    text: colour(0xE4E9EE),
    text2: colour(0xB4BFCA),
    text3: colour(0x93A0AE),
    accent: colour(0x2E73C4),
    accent_hover: colour(0x2768B4),
    accent_soft: colour(0x1B3350),
    accent_text: colour(0x7DB4F2),
    focus: colour(0x7DB4F2),
    rail: colour(0x0B1015),
    rail_text: colour(0xA9B5C1),
    rail_selected: colour(0x243342),
    on_dark: colour(0xFFFFFF),
    band: colour(0x274668),
    hit: colour(0x6B5606),
    shadow: Color32::from_black_alpha(41),
    veil: Color32::from_black_alpha(150),
    paper: colour(0xF7F4EC),
    paper_text: colour(0x5D6977),
    pass: state(0x5CC489, 0x14301F),
    warn: state(0xE5B04B, 0x352810),
    reject: state(0xFF8A7E, 0x3D1B19),
    held: state(0xC3A1F0, 0x2C2140),
    safe: state(0x4FC7C4, 0x0F3031),
    unsaved: state(0xF0A070, 0x3A2416),
    plain: state(0xB4BFCA, 0x25303B),
};

/// The colours of the theme that is shown.
pub fn tokens(ctx: &Context) -> &'static Tokens {
    if ctx.theme() == Theme::Dark { &DARK } else { &LIGHT }
}

/// The half-bold face of this size.
pub fn semibold(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name("semibold".into()))
}

/// Faces with Han letters where Debian keeps them (`fonts-noto-cjk`, `fonts-droid-fallback`), and which one of the file:
/// pages are read in Chinese, too, and twenty megabytes are too many to be part of the program.
const HAN: [(&str, u32); 2] = [
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 3),
    ("/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf", 0),
];

/// The face with Han letters, read once; without one they are boxes.
fn han() -> Option<&'static Arc<FontData>> {
    static FACE: OnceLock<Option<Arc<FontData>>> = OnceLock::new();
    let read = || {
        HAN.iter().find_map(|(path, index)| {
            let bytes = std::fs::read(path).ok()?;
            Some(Arc::new(FontData { index: *index, ..FontData::from_owned(bytes) }))
        })
    };
    FACE.get_or_init(read).as_ref()
}

/// Installs the faces: Noto Sans first, the icons behind it in the same family, so that an icon and its word are one text;
/// last Han letters, where the machine has them.
pub fn fonts(ctx: &Context) {
    let mut fonts = FontDefinitions::empty();
    for (name, bytes) in [("noto", REGULAR), ("semibold", SEMIBOLD), ("lucide", lucide_icons::LUCIDE_FONT_BYTES)] {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    }
    if let Some(face) = han() {
        fonts.font_data.insert("han".to_owned(), Arc::clone(face));
    }
    let han = han().map(|_| "han".to_owned());
    let family = |first: &str| [first.to_owned(), "lucide".to_owned()].into_iter().chain(han.clone()).collect();
    fonts.families.insert(FontFamily::Proportional, family("noto"));
    fonts.families.insert(FontFamily::Monospace, family("noto"));
    fonts.families.insert(FontFamily::Name("semibold".into()), family("semibold"));
    ctx.set_fonts(fonts);
}

/// Sets sizes, spaces and colours for both themes.
pub fn apply(ctx: &Context) {
    for (theme, tokens) in [(Theme::Light, &LIGHT), (Theme::Dark, &DARK)] {
        ctx.style_mut_of(theme, |style| {
            style.text_styles = [
                (TextStyle::Small, FontId::proportional(12.0)),
                (TextStyle::Body, FontId::proportional(14.0)),
                (TextStyle::Button, FontId::proportional(14.0)),
                (TextStyle::Monospace, FontId::monospace(12.5)),
                (TextStyle::Heading, semibold(16.0)),
            ]
            .into();
            let spacing = &mut style.spacing;
            spacing.item_spacing = vec2(8.0, 6.0);
            spacing.button_padding = vec2(12.0, 6.0);
            spacing.interact_size = vec2(32.0, 32.0);
            spacing.window_margin = Margin::same(20);
            spacing.scroll = egui::style::ScrollStyle::solid();
            style.interaction.tooltip_delay = 0.4;
            style.interaction.selectable_labels = false;
            style.animation_time = MOMENT;
            let visuals = &mut style.visuals;
            visuals.override_text_color = None;
            visuals.weak_text_color = Some(tokens.text3);
            visuals.panel_fill = tokens.panel;
            visuals.window_fill = tokens.surface;
            visuals.extreme_bg_color = tokens.surface;
            visuals.text_edit_bg_color = Some(tokens.surface);
            visuals.faint_bg_color = tokens.panel;
            visuals.striped = false;
            visuals.hyperlink_color = tokens.accent_text;
            visuals.warn_fg_color = tokens.warn.fg;
            visuals.error_fg_color = tokens.reject.fg;
            visuals.window_corner_radius = CornerRadius::same(10);
            visuals.window_stroke = Stroke::new(1.0, tokens.line2);
            visuals.window_shadow =
                Shadow { offset: [0, 12], blur: 40, spread: 0, color: Color32::from_black_alpha(70) };
            visuals.selection.bg_fill = tokens.accent_soft;
            visuals.selection.stroke = Stroke::new(2.0, tokens.focus);
            let widgets = &mut visuals.widgets;
            for (widget, fill, handle, line, width) in [
                (&mut widgets.noninteractive, tokens.surface, tokens.line, tokens.line, 1.0),
                (&mut widgets.inactive, tokens.surface, tokens.line2, tokens.line2, 1.0),
                (&mut widgets.hovered, tokens.hover, tokens.text3, tokens.line2, 1.0),
                (&mut widgets.active, tokens.accent_soft, tokens.text3, tokens.focus, 2.0),
                (&mut widgets.open, tokens.hover, tokens.line2, tokens.line2, 1.0),
            ] {
                // The handles of scroll bars: in the colour of the ground they would not be seen on it.
                widget.bg_fill = handle;
                widget.weak_bg_fill = fill;
                widget.bg_stroke = Stroke::new(width, line);
                widget.fg_stroke = Stroke::new(1.0, tokens.text);
                widget.corner_radius = CornerRadius::same(6);
                widget.expansion = 0.0;
            }
        });
    }
}

/// Whether things glide and fade for a moment, or stand at once where they belong.
pub fn move_or_not(ctx: &Context, is_still: bool) {
    for theme in [Theme::Light, Theme::Dark] {
        ctx.style_mut_of(theme, |style| {
            style.animation_time = if is_still { 0.0 } else { MOMENT };
            style.scroll_animation = if is_still { ScrollAnimation::none() } else { ScrollAnimation::default() };
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance (WCAG 2.2).
    fn luminance(colour: Color32) -> f64 {
        let linear = |sample: u8| {
            let value = f64::from(sample) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(colour.r()) + 0.7152 * linear(colour.g()) + 0.0722 * linear(colour.b())
    }

    fn contrast(a: Color32, b: Color32) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn han_letters_are_shown_where_the_machine_has_a_face_for_them() {
        let ctx = Context::default();
        fonts(&ctx);
        ctx.run_ui(egui::RawInput::default(), |_| {}).textures_delta.clear();
        let shows = |text: &str| {
            let faces = [FontId::proportional(14.0), semibold(14.0), FontId::monospace(12.0)];
            ctx.fonts_mut(|fonts| faces.iter().all(|face| fonts.has_glyphs(face, text)))
        };
        assert!(shows("Quyết định số 7 đăng ký"));
        match han() {
            Some(_) => assert!(shows("大南 會典 人民")),
            None => assert!(std::env::var_os("CI").is_none(), "packaging/setup judges installs fonts-noto-cjk"),
        }
    }

    #[test]
    fn letters_and_marks_stand_out_in_both_themes() {
        for t in [&LIGHT, &DARK] {
            for ground in [t.surface, t.app, t.panel] {
                for letters in [t.text, t.text2, t.text3] {
                    assert!(contrast(letters, ground) >= 4.5, "{letters:?} on {ground:?}");
                }
            }
            for state in [t.pass, t.warn, t.reject, t.held, t.safe, t.unsaved, t.plain] {
                assert!(contrast(state.fg, state.soft) >= 4.5 && contrast(state.fg, t.surface) >= 4.5, "{state:?}");
            }
            assert!(contrast(t.text2, t.stage) >= 4.5 && contrast(t.text, t.accent_soft) >= 4.5);
            assert!(contrast(t.text, t.hit) >= 4.5);
            assert!(contrast(t.on_dark, t.accent_hover) >= 4.5 && contrast(t.paper_text, t.paper) >= 4.5);
            assert!(contrast(t.accent_text, t.accent_soft) >= 4.5 && contrast(t.focus, t.accent_soft) >= 3.0);
            assert!(contrast(t.on_dark, t.accent) >= 4.5 && contrast(t.rail_text, t.rail) >= 4.5);
            assert!(contrast(t.accent_text, t.surface) >= 4.5 && contrast(t.line2, t.surface) >= 3.0);
            assert!(contrast(t.accent, t.surface) >= 3.0 && contrast(t.focus, t.surface) >= 3.0);
        }
    }
}
