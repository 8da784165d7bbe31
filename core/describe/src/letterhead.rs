//! Placeholder.
use sohoa_model::description::Suggestion;
use sohoa_model::page_text::PageText;
/// None.
pub fn suggestions(_: &PageText) -> Vec<Suggestion> {
    Vec::new()
}
