//! Rows of the picker: what a folder has, places to go to, and words where there is nothing.

use eframe::egui;
use egui::{
    Align, Align2, FontId, Layout, Rect, Response, RichText, Role, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};
use lucide_icons::Icon;
use sohoa_shell::{Texts, failure};

use crate::lister::Entry;
use crate::parts;
use crate::theme::{semibold, tokens};

/// Height of an entry, and of a place.
pub(super) const ROW: f32 = 34.0;
/// From this width on the list has room for the hour, too.
const WIDE: f32 = 560.0;

/// Words in the middle of an empty list, and what to do.
pub(super) fn nothing(ui: &mut Ui, rect: Rect, words: &str, hint: &str) {
    let t = tokens(ui.ctx());
    ui.scope_builder(UiBuilder::new().max_rect(rect).layout(Layout::top_down(Align::Center)), |ui| {
        ui.spacing_mut().item_spacing.y = 6.0;
        ui.add_space((rect.height() / 2.0 - 24.0).max(0.0));
        ui.label(RichText::new(words).color(t.text2));
        ui.label(RichText::new(hint).small().color(t.text3));
    });
}

/// A place to go to.
pub(super) fn place_row(ui: &mut Ui, icon: Icon, words: &str, is_here: bool) -> Response {
    let t = tokens(ui.ctx());
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let fill = parts::ground(t, &response, is_here);
    ui.painter().rect_filled(rect, 6.0, fill);
    if response.has_focus() {
        ui.painter().rect_stroke(rect, 6.0, Stroke::new(2.0, t.focus), egui::StrokeKind::Inside);
    }
    let sign = pos2(rect.left() + 18.0, rect.center().y + 1.0);
    ui.painter().text(sign, Align2::CENTER_CENTER, char::from(icon), FontId::proportional(16.0), t.text2);
    let galley = parts::cut(ui, words, FontId::proportional(14.0), t.text, rect.width() - 46.0);
    ui.painter().galley(pos2(rect.left() + 36.0, rect.center().y - galley.size().y / 2.0), galley, t.text);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_here, words));
    response
}

/// An entry: name, size or kind, when it was changed.
pub(super) fn row(ui: &mut Ui, texts: &Texts, entry: &Entry, is_chosen: bool) -> Response {
    let t = tokens(ui.ctx());
    // The arrows go here, Tab does not.
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::CLICK);
    let fill = parts::ground(t, &response, is_chosen);
    ui.painter().rect_filled(rect.shrink2(vec2(3.0, 1.0)), 6.0, fill);
    let (icon, colour) = if entry.is_folder { (Icon::Folder, t.accent_text) } else { (Icon::FileText, t.text2) };
    let sign = pos2(rect.left() + 22.0, rect.center().y + 1.0);
    ui.painter().text(sign, Align2::CENTER_CENTER, char::from(icon), FontId::proportional(16.0), colour);
    let size = if entry.is_folder { texts.get("ui-picker-is-folder") } else { failure::bytes(texts, entry.bytes) };
    let changed = entry.changed.map(|changed| changed.short_vietnam()).unwrap_or_default();
    let (date, day_width) = match rect.width() >= WIDE {
        true => (changed.as_str(), 124.0),
        false => (changed.split(' ').next().unwrap_or_default(), 84.0),
    };
    let small = if is_chosen { t.text2 } else { t.text3 };
    let (right, middle) = (rect.right() - 14.0, rect.center().y);
    ui.painter().text(pos2(right, middle), Align2::RIGHT_CENTER, date, FontId::proportional(13.0), small);
    let beside = right - day_width;
    ui.painter().text(pos2(beside, middle), Align2::RIGHT_CENTER, &size, FontId::proportional(13.0), small);
    let left = rect.left() + 42.0;
    let font = if is_chosen { semibold(14.0) } else { FontId::proportional(14.0) };
    let name = parts::cut(ui, &entry.shown, font, t.text, beside - 76.0 - left);
    ui.painter().galley(pos2(left, middle - name.size().y / 2.0), name, t.text);
    let name = format!("{} · {size} · {changed}", entry.shown);
    response.widget_info(|| WidgetInfo::selected(Role::Row, true, is_chosen, &name));
    response
}
