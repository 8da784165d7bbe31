//! What was changed after signing is seen, and the reason says what was changed.
