//! Regions of the window: F6 goes from one to the next as screen readers and people without a mouse expect, from left to
//! right and from top to bottom; Tab goes on inside.

use eframe::egui;
use egui::{Context, Id, LayerId, Order, Pos2, Rect, Role, Sense, Ui, WidgetInfo, vec2};

use crate::theme::tokens;

/// Thickness of the mark of the region that was gone to, in points.
const MARK: f32 = 3.0;

/// What the last frames drew.
#[derive(Clone, Default)]
struct Drawn {
    /// Regions of this frame, so far, by the place of their first corner.
    now: Vec<(Pos2, Id)>,
    /// All regions of the frame before.
    before: Vec<(Pos2, Id)>,
    /// The one that was gone to last.
    last: Option<Id>,
}

fn change<R>(ctx: &Context, change: impl FnOnce(&mut Drawn) -> R) -> R {
    ctx.data_mut(|data| change(data.get_temp_mut_or_default(Id::unique("regions"))))
}

/// A new frame begins.
pub fn begin(ctx: &Context) {
    change(ctx, |drawn| drawn.before = std::mem::take(&mut drawn.now));
}

/// The region that is drawn from here on; `name` is for screen readers.
pub fn region(ui: &mut Ui, name: &str) {
    let room = ui.max_rect();
    let mark = Rect::from_min_size(room.min, vec2(room.width(), MARK));
    let id = ui.scope_id().with("region");
    let response = ui.interact(mark, id, Sense::focusable_noninteractive());
    response.widget_info(|| WidgetInfo::labeled(Role::Region, true, name));
    if response.has_focus() {
        // Above all that is drawn into the region.
        let layer = LayerId::new(Order::Foreground, id);
        ui.ctx().layer_painter(layer).rect_filled(mark, 0.0, tokens(ui.ctx()).focus);
    }
    change(ui.ctx(), |drawn| drawn.now.push((room.min, id)));
}

/// Goes to the next region, or to the one before.
pub fn go(ctx: &Context, back: bool) {
    let next = change(ctx, |drawn| {
        let mut all = drawn.before.clone();
        all.sort_by(|(a, _), (b, _)| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
        let at = drawn.last.and_then(|last| all.iter().position(|(_, id)| *id == last));
        let next = match (at, back) {
            (None, false) => 0,
            (None, true) => all.len().checked_sub(1)?,
            (Some(at), false) => (at + 1) % all.len(),
            (Some(at), true) => (at + all.len() - 1) % all.len(),
        };
        drawn.last = all.get(next).map(|(_, id)| *id);
        drawn.last
    });
    if let Some(id) = next {
        ctx.memory_mut(|memory| memory.request_focus(id));
    }
}

/// Whether keys are meant for what has the focus; a region that was gone to takes none.
pub fn is_typing(ctx: &Context) -> bool {
    let focused = ctx.memory(egui::Memory::focused);
    let is_region =
        |id: Id| change(ctx, |drawn| drawn.before.iter().chain(&drawn.now).any(|(_, region)| *region == id));
    ctx.text_edit_focused() || focused.is_some_and(|id| !is_region(id))
}

/// Whether the inspector at the right of a screen is folded away.
pub fn is_folded(ctx: &Context) -> bool {
    ctx.data(|data| data.get_temp(Id::unique("folded"))).unwrap_or(false)
}

/// Folds the inspector away, or back.
pub fn fold(ctx: &Context) {
    let is_folded = is_folded(ctx);
    ctx.data_mut(|data| data.insert_temp(Id::unique("folded"), !is_folded));
}
