//! What is typed outside of descriptions, reasons and settings, is kept from its first letter: after a kill it stands in its
//! form again as soon as that is opened.

use eframe::egui::{Context, Id};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::jotter::Notes;

/// What stands in the forms of the window.
#[derive(Clone, Default)]
struct Kept {
    notes: Notes,
    /// What a window that is gone left, and whose form was not opened yet.
    left: Notes,
    is_changed: bool,
}

fn change<R>(ctx: &Context, change: impl FnOnce(&mut Kept) -> R) -> R {
    ctx.data_mut(|data| change(data.get_temp_mut_or_default(Id::unique("kept"))))
}

/// Somebody begins to work: what others typed is not theirs.
pub fn begin(ctx: &Context) {
    change(ctx, |kept| *kept = Kept::default());
}

/// What windows of the same person left is known.
pub fn adopt(ctx: &Context, left: Notes) {
    change(ctx, |kept| kept.left.extend(left));
}

/// Keeps what stands in a form that is about to be drawn, as far as it is not what is `written`; what a window that is gone
/// left in it is put back, once.
pub fn keep<T: Serialize + DeserializeOwned + PartialEq>(ctx: &Context, name: &str, typed: &mut T, written: &T) {
    let left = change(ctx, |kept| kept.left.remove(name));
    if let Some(left) = left.and_then(|left| serde_json::from_value(left).ok())
        && typed == written
    {
        *typed = left;
    }
    let value = if typed == written { None } else { serde_json::to_value(&*typed).ok() };
    change(ctx, |kept| {
        if kept.notes.get(name) == value.as_ref() {
            return;
        }
        kept.is_changed = true;
        match value {
            Some(value) => kept.notes.insert(name.to_owned(), value),
            None => kept.notes.remove(name),
        };
    });
}

/// A form is done with.
pub fn forget(ctx: &Context, name: &str) {
    change(ctx, |kept| {
        let gone = [kept.notes.remove(name), kept.left.remove(name)];
        kept.is_changed |= gone.iter().any(Option::is_some);
    });
}

/// All that is to be kept, if that is no longer what was kept last.
pub fn changed(ctx: &Context) -> Option<Notes> {
    change(ctx, |kept| {
        let all = || kept.left.clone().into_iter().chain(kept.notes.clone()).collect();
        std::mem::take(&mut kept.is_changed).then(all)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_kept_until_it_is_written_or_left_and_comes_back_once() {
        let ctx = Context::default();
        let none = String::new();
        let mut reason = String::new();
        keep(&ctx, "hold/HS.01", &mut reason, &none);
        assert_eq!(changed(&ctx), None, "nothing is typed");
        reason.push_str("có dấu M");
        keep(&ctx, "hold/HS.01", &mut reason, &none);
        let notes = changed(&ctx).expect("notes");
        assert_eq!(notes["hold/HS.01"], "có dấu M");
        keep(&ctx, "hold/HS.01", &mut reason, &none);
        assert_eq!(changed(&ctx), None, "it is kept already");
        forget(&ctx, "hold/HS.0");
        assert_eq!(changed(&ctx), None, "another dossier's, whose code begins alike");
        forget(&ctx, "hold/HS.01");
        assert_eq!(changed(&ctx), Some(Notes::new()));

        begin(&ctx);
        adopt(&ctx, notes.clone());
        assert_eq!(changed(&ctx), None, "who took it over kept it");
        let mut other = "đang gõ".to_owned();
        keep(&ctx, "hold/HS.02", &mut other, &none);
        assert_eq!(changed(&ctx).map(|all| all.len()), Some(2), "what was not opened yet stays kept");
        let mut again = String::new();
        keep(&ctx, "hold/HS.01", &mut again, &none);
        assert_eq!(again, "có dấu M");
        again.clear();
        keep(&ctx, "hold/HS.01", &mut again, &none);
        assert_eq!(again, "", "who takes it away does not get it again");
        assert!(!changed(&ctx).expect("notes").contains_key("hold/HS.01"));
        let torn = Notes::from([("hold/HS.03".to_owned(), serde_json::json!({ "a": 1 }))]);
        adopt(&ctx, torn);
        let mut third = String::new();
        keep(&ctx, "hold/HS.03", &mut third, &none);
        assert_eq!(third, "");
    }
}
