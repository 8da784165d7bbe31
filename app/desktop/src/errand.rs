//! A thread that does what it is asked, one after the other, and answers: no frame waits for it.

use std::sync::mpsc::{self, Receiver, Sender, SyncSender};
use std::thread;

use eframe::egui::Context;

/// Answers that may wait to be taken, at most.
const WAITING: usize = 64;

/// The side of the window.
pub struct Errand<Wish, Answer> {
    wishes: Sender<Wish>,
    answers: Receiver<Answer>,
}

/// The side of the thread.
pub struct Tell<Answer> {
    answers: SyncSender<Answer>,
    ctx: Context,
}

impl<Answer> Tell<Answer> {
    /// Answers, and has the window look; false once there is no window.
    pub fn tell(&self, answer: Answer) -> bool {
        let is_heard = self.answers.send(answer).is_ok();
        self.ctx.request_repaint();
        is_heard
    }

    /// Answers if there is room: for news that the next ones stand in for, told by work that must not wait.
    pub fn hint(&self, answer: Answer) {
        // A window that is out of sight takes nothing, and misses nothing by it.
        let _ = self.answers.try_send(answer);
        self.ctx.request_repaint();
    }
}

impl<Wish: Send + 'static, Answer: Send + 'static> Errand<Wish, Answer> {
    /// Starts the thread; its wishes end with this.
    pub fn start(ctx: &Context, work: impl FnOnce(&Receiver<Wish>, &Tell<Answer>) + Send + 'static) -> Self {
        let (wishes, asked) = mpsc::channel();
        let (sender, answers) = mpsc::sync_channel(WAITING);
        let tell = Tell { answers: sender, ctx: ctx.clone() };
        thread::spawn(move || work(&asked, &tell));
        Self { wishes, answers }
    }

    /// Asks.
    pub fn ask(&self, wish: Wish) {
        // A thread that broke off answers nothing, which the window shows as waiting.
        let _ = self.wishes.send(wish);
    }

    /// What asks from elsewhere.
    pub fn asker(&self) -> Sender<Wish> {
        self.wishes.clone()
    }

    /// What was answered since, one at a time.
    pub fn answer(&self) -> Option<Answer> {
        self.answers.try_recv().ok()
    }
}
