//! The bar on the terminal: what is going on, pages a minute and the time left.

use std::io::IsTerminal;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use sohoa_pipeline::progress::{Phase, Sink};
use sohoa_shell::Texts;

/// A bar; it clears itself away when it is dropped.
pub(crate) struct Bar {
    bar: ProgressBar,
    texts: Arc<Texts>,
    phase: Mutex<Option<(Phase, Instant)>>,
}

impl Bar {
    /// A bar on standard error, if it is wanted and that is a terminal.
    pub(crate) fn new(texts: Arc<Texts>, wanted: bool) -> Self {
        let seen = wanted && std::io::stderr().is_terminal();
        let target = if seen { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(0), target);
        if let Ok(style) = ProgressStyle::with_template("{prefix} {bar:30} {pos}/{len} {msg}") {
            bar.set_style(style);
        }
        Self { bar, texts, phase: Mutex::new(None) }
    }
}

impl Sink for Bar {
    fn step(&self, phase: Phase, done: u64, total: u64) {
        tracing::info!("{phase:?}: {done} of {total}");
        if self.bar.is_hidden() {
            return;
        }
        let mut current = self.phase.lock().unwrap_or_else(PoisonError::into_inner);
        // The numbers first: a new phase is never drawn with those of the last one.
        self.bar.update(|state| {
            state.set_len(total);
            state.set_pos(done);
        });
        let since = match *current {
            Some((same, since)) if same == phase => since,
            _ => {
                let since = Instant::now();
                *current = Some((phase, since));
                self.bar.set_prefix(self.texts.get(phase_text(phase)));
                self.bar.set_message("");
                since
            }
        };
        if phase == Phase::Reading {
            self.bar.set_message(speed(&self.texts, done, total, since.elapsed()));
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn phase_text(phase: Phase) -> &'static str {
    match phase {
        Phase::Taking => "progress-phase-taking",
        Phase::Listing => "progress-phase-listing",
        Phase::Copying => "progress-phase-copying",
        Phase::Reading => "progress-phase-reading",
        Phase::Assembling => "progress-phase-assembling",
        Phase::Signing => "progress-phase-signing",
        Phase::Checking => "progress-phase-checking",
    }
}

fn speed(texts: &Texts, done: u64, total: u64, elapsed: Duration) -> String {
    let seconds = elapsed.as_secs_f64();
    if done == 0 || seconds < 1.0 {
        return String::new();
    }
    let a_second = done as f64 / seconds;
    let left = (total.saturating_sub(done) as f64 / a_second) as u64;
    let args = [("rate", format!("{:.0}", a_second * 60.0).into()), ("left", clock(left).into())];
    texts.say("progress-speed", &args)
}

/// Seconds as `1:05:09` or `5:09`.
fn clock(seconds: u64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

#[cfg(test)]
mod tests {
    use sohoa_shell::UiLanguage;

    use super::*;

    #[test]
    fn speed_and_time_left_follow_from_what_was_done() {
        let texts = Texts::new(UiLanguage::English);
        let said = speed(&texts, 30, 120, Duration::from_secs(60));
        assert!(said.contains("30") && said.contains("3:00"), "{said}");
        assert_eq!(speed(&texts, 0, 120, Duration::from_secs(60)), "");
        assert_eq!(clock(3_909), "1:05:09");
    }
}
