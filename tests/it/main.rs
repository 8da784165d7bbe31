//! The integration tests, in one binary so that they link once: each module is one side of what Sohoa promises.

mod tidy;
