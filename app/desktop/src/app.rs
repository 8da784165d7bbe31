//! The frame around the screens: rail, header, status line, keys; and what carries out the acts.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use eframe::egui;
use egui::output::IMEOutput;
use egui::{
    Align, Align2, Area, CentralPanel, Context, FontId, Frame, Layout, Margin, Modal, Order, Panel, Rect, RichText,
    Role, ScrollArea, Sense, Stroke, Theme, Ui, WidgetInfo, pos2, vec2,
};
use sohoa_catalog::progress::{self as figures, Figure, Scope};
use sohoa_catalog::query::PageView;
use sohoa_catalog::work::Lot;
use sohoa_pipeline::accounts::Role as Rank;
use sohoa_pipeline::archive::Session;
use sohoa_pipeline::pages::Edit;
use sohoa_pipeline::process::ProcessOutcome;
use sohoa_shell::history::Happening;
use sohoa_shell::{Failure, Texts, UiLanguage, failure, work};

use crate::command::{Command, Place};
use crate::courier::{self, Courier};
use crate::desk::{self, Answer, Deed, Desk, Dossier, Way};
use crate::feeder::{Feeder, News};
use crate::finder::Finder;
use crate::gallery::Gallery;
use crate::jotter::{Jot, Jotter};
use crate::keeper::{self, Keeper, Part};
use crate::kept;
use crate::looks::Looks;
use crate::mill::Mill;
use crate::model::{self, Branch, Chip, Reader, Snapshot, TreeLine, Unread};
use crate::parts::{self, Mark};
use crate::regions;
use crate::screens::{
    Act, Screen, archives, check, describe, inventory, inventory_import, jobs, palette, progress, scan, search,
    settings, sign, sign_in, start,
};
use crate::theme::{self, tokens};
use crate::wedge::Wedge;

/// Seconds that a remark on what was done stays.
const REMARK: f64 = 6.0;
/// Items of the rail that there is to be room for.
const RAIL: f32 = 14.0;
/// From this width on the header has room for all places above a dossier.
const WIDE: f32 = 1000.0;
/// Characters of the header that say how the station stands with its hub, at most.
const LONGEST_MARK: usize = 40;
/// Acts that can be undone, at most.
const UNDOABLE: usize = 100;

/// What the archive is known to be.
enum Known {
    /// It is being read for the first time.
    Waiting,
    /// What was read last.
    Read(Box<Snapshot>),
    /// Why it can't be read.
    Failed(Box<Unread>),
}

/// The window.
pub struct App {
    texts: Arc<Texts>,
    station: Station,
    reader: Reader,
    desk: Desk,
    feeder: Feeder,
    mill: Mill,
    finder: Finder,
    keeper: Keeper,
    courier: Courier,
    jotter: Jotter,
    gallery: Gallery,
    known: Known,
    screen: Screen,
    /// Where a figure was pressed last.
    opens_lot_from: Screen,
    shows_keys: bool,
    filter: inventory::Filter,
    /// The dossier that is meant to lie on the desk, and how it stands once that is known.
    on_desk: Option<String>,
    dossier: Option<Box<Dossier>>,
    scan: scan::State,
    check: check::State,
    describe: describe::State,
    wedge: Wedge,
    /// Whether the dossier on the desk is held and an administrator looks at it all the same.
    is_revealed: bool,
    undo: Vec<Deed>,
    redo: Vec<Deed>,
    remark: Option<(String, f64)>,
    /// What the machine did lately.
    log: Option<Result<Vec<Happening>, Failure>>,
    next: Next,
    archives: archives::State,
    progress: progress::State,
    import: Option<inventory_import::State>,
    palette: Option<palette::State>,
    sign: sign::State,
    search: search::State,
    sign_in: sign_in::State,
    settings: settings::State,
    /// How the window looks.
    looks: Looks,
    /// Why what the window keeps could not be read or written.
    not_kept: Option<Failure>,
    /// Whether it was written down that this archive was opened.
    is_remembered: bool,
    /// Who signed in.
    signed_in: Option<String>,
    /// Whether another archive is being chosen.
    chooses: bool,
    /// Whether the catalog is being made again.
    rebuilds: bool,
    is_set_up: bool,
    /// The field that an input method types into, as the last frame named it.
    typing_in: Option<IMEOutput>,
}

/// What is next when the dossier on the desk is done.
#[derive(Default)]
struct Next {
    scan: Option<String>,
    check: Option<String>,
}

/// What a window is over.
#[derive(Clone)]
pub struct Station {
    /// The folder of the archive.
    pub root: PathBuf,
    /// Who works, with which helpers.
    pub session: Session,
    /// A simulation in the place of scanners.
    pub simulated: Option<String>,
    /// The folder of the station's own settings, if it is not the usual one.
    pub settings: Option<PathBuf>,
    /// Free bytes in the place of those that the medium has.
    pub free: Option<u64>,
}

impl App {
    /// The window over an archive; its threads end with it.
    pub fn new(texts: Texts, station: Station, ctx: &Context) -> Self {
        let texts = Arc::new(texts);
        let Station { root, session, simulated, settings, free } = station.clone();
        let reader = Reader::start(root.clone(), session.clone(), free, ctx);
        let feeder = Feeder::start(root.clone(), session.clone(), simulated, ctx);
        let gallery = Gallery::start(&root, &session, ctx);
        let mill = Mill::start(root.clone(), session.clone(), settings.clone(), ctx);
        let keeper = Keeper::start(root.clone(), session.clone(), settings.clone(), ctx);
        let jotter = Jotter::start(root.clone(), &session, settings.clone(), ctx);
        let courier = Courier::start(root.clone(), session.clone(), settings, texts.clone(), ctx);
        let finder = Finder::start(root.clone(), session.clone(), ctx);
        kept::begin(ctx);
        let app = Self {
            reader,
            feeder,
            mill,
            finder,
            keeper,
            courier,
            jotter,
            gallery,
            desk: Desk::start(root, session, ctx),
            texts,
            station,
            known: Known::Waiting,
            screen: Screen::Start,
            opens_lot_from: Screen::Start,
            shows_keys: false,
            filter: inventory::Filter::new(String::new(), Chip::All),
            on_desk: None,
            dossier: None,
            scan: scan::State::default(),
            check: check::State::default(),
            describe: describe::State::default(),
            wedge: Wedge::default(),
            is_revealed: false,
            undo: Vec::new(),
            redo: Vec::new(),
            remark: None,
            log: None,
            next: Next::default(),
            archives: archives::State::default(),
            progress: progress::State::default(),
            import: None,
            palette: None,
            sign: sign::State::default(),
            search: search::State::default(),
            sign_in: sign_in::State::default(),
            settings: settings::State::default(),
            looks: Looks::default(),
            not_kept: None,
            is_remembered: false,
            signed_in: None,
            chooses: false,
            rebuilds: false,
            is_set_up: false,
            typing_in: None,
        };
        app.reader.ask(&app.texts);
        app.feeder.look(&app.texts);
        app.mill.look(&app.texts);
        app.keeper.window(&app.texts);
        app
    }

    /// Keeps what was typed into forms, before the threads of this archive end.
    fn keep_drafts_now(&self) {
        let Some(code) = &self.on_desk else { return };
        for deed in self.describe.unconfirmed() {
            let is_done = desk::do_now(&self.station.root, &self.station.session, code, &deed, &self.texts);
            // A word that is being put right stays in its file.
            if let (true, Deed::Describe { document, .. }) = (is_done, &deed)
                && !self.describe.has_word(*document)
            {
                self.jotter.keep(*document, None);
            }
        }
    }

    /// The same window in the language that it was opened in, whatever its operator chose before.
    pub fn in_this_language(mut self) -> Self {
        self.looks.keeps_language = true;
        self
    }

    /// Goes over to another archive; the threads of this one end.
    fn go_over(&mut self, root: PathBuf, ctx: &Context) {
        self.keep_drafts_now();
        let station = Station { root, ..self.station.clone() };
        let other = Self::new(Texts::for_window(self.texts.language()), station, ctx);
        *self = Self { is_set_up: true, looks: std::mem::take(&mut self.looks), ..other };
    }

    /// Goes on as somebody who signed in: every event carries the name from now on.
    fn work_as(&mut self, name: String, ctx: &Context) {
        self.keep_drafts_now();
        let mut station = self.station.clone();
        station.session.operator.clone_from(&name);
        let other = Self::new(Texts::for_window(self.texts.language()), station, ctx);
        let looks = std::mem::take(&mut self.looks).of_another();
        *self = Self { is_set_up: true, signed_in: Some(name), looks, ..other };
    }

    /// Whether the archive, as it was read last, asks nobody for a password.
    fn has_no_accounts(&self) -> bool {
        matches!(&self.known, Known::Read(snapshot) if snapshot.accounts.is_empty())
    }

    /// Whether somebody has to sign in first.
    pub fn is_locked(&self) -> bool {
        let Known::Read(snapshot) = &self.known else { return false };
        !snapshot.accounts.is_empty() && self.signed_in.is_none()
    }

    /// Whether all that was asked for has come: the archive, the dossier, the sheets.
    pub fn is_settled(&self) -> bool {
        let is_on_desk = self.on_desk.as_deref() == self.dossier.as_deref().map(|dossier| dossier.code.as_str());
        let is_known = !matches!(self.known, Known::Waiting) && self.scan.knows_devices();
        let is_idle = !self.feeder.is_running() && self.mill.running.is_none() && self.search.is_settled();
        let is_kept = self.looks.is_known() && !(self.screen == Screen::Settings && self.settings.is_waiting());
        is_known && is_on_desk && is_idle && is_kept
    }

    /// The folder of the archive.
    pub fn root(&self) -> &Path {
        &self.station.root
    }

    /// How the work of the machine ended last.
    pub fn work(&self) -> Option<&Result<(ProcessOutcome, bool), Failure>> {
        self.mill.ended.as_ref()
    }

    /// Whether a new archive could not be made.
    pub fn is_refused(&self) -> bool {
        self.archives.refused.is_some()
    }

    /// Whether a page can be seen, in small at least.
    pub fn shows(&self, page: &PageView) -> bool {
        self.gallery.has_small(page)
    }

    /// Whether every picture that was looked at is there.
    pub fn has_pictures(&self) -> bool {
        self.gallery.is_settled()
    }

    /// The page that is on the screen and is being stored, if one is: its number in the batch, and when its last row came.
    pub fn arrived(&self) -> Option<(u32, Instant)> {
        self.scan.shows_arrived()
    }

    /// The dossier on the desk.
    pub fn dossier(&self) -> Option<&Dossier> {
        self.dossier.as_deref()
    }

    /// One frame.
    pub fn frame(&mut self, ui: &mut Ui) {
        let ctx = ui.ctx().clone();
        if !std::mem::replace(&mut self.is_set_up, true) {
            theme::fonts(&ctx);
            theme::apply(&ctx);
            ctx.set_theme(Theme::Light);
            ctx.options_mut(|options| options.zoom_with_keyboard = false);
            ctx.request_repaint();
            return;
        }
        let now = self.looks.now(self.texts.language(), &ctx);
        if let Some(look) = self.looks.chosen_since(now) {
            self.keeper.look(&self.station.session.operator, look, &self.texts);
        }
        self.hear(&ctx);
        let is_shown = self.screen == Screen::Describe && !self.is_locked();
        // What is held is not written; what was typed before stays where it is kept until the hold ends.
        let is_held = self.dossier.as_ref().is_some_and(|dossier| dossier.held.is_some());
        let due = if is_held { Vec::new() } else { self.describe.due(&ctx, is_shown) };
        for deed in due {
            self.ask(deed, Way::Anew);
        }
        if !self.looks.is_known() {
            CentralPanel::default().frame(Frame::new().fill(tokens(&ctx).app)).show(ui, |_| {});
            return;
        }
        // Who goes elsewhere leaves a cut behind.
        if self.screen != Screen::Scan {
            self.scan.looking.splitting = None;
        }
        if self.screen != Screen::Check {
            self.check.looking.splitting = None;
        }
        self.scanned(&ctx);
        let mut acts: Vec<Act> = self.pressed(&ctx).into_iter().map(Act::Command).collect();
        if self.is_locked() {
            self.locked(ui);
            let is_harmless = |act: &Act| {
                let Act::Command(command) = act else { return false };
                let is_look = matches!(command, Command::SwitchLanguage | Command::SwitchTheme | Command::FillScreen);
                is_look || matches!(command, Command::Enlarge | Command::Shrink | Command::UsualSize | Command::Refresh)
            };
            acts.retain(is_harmless);
            self.carry_out(acts, &ctx);
            return;
        }
        regions::begin(&ctx);
        self.rail(ui, &mut acts);
        self.header(ui, &mut acts);
        self.status(ui);
        self.screen(ui, &mut acts);
        let at = self.station.session.clock.now();
        for (document, typed) in self.describe.jots() {
            let operator = self.station.session.operator.clone();
            self.jotter.keep(document, typed.map(|(typed, words)| Jot { at, operator, typed, words }));
        }
        if self.shows_keys {
            self.keys(ui);
        }
        self.questions(ui, &mut acts);
        if let Some(notes) = kept::changed(&ctx) {
            self.jotter.note(notes);
        }
        self.remark(&ctx);
        self.carry_out(acts, &ctx);
    }

    /// Who works, and nothing else.
    fn locked(&mut self, ui: &mut Ui) {
        let t = tokens(ui.ctx());
        let Known::Read(snapshot) = &self.known else { return };
        let mut answer = None;
        CentralPanel::default().frame(Frame::new().fill(t.app).inner_margin(Margin::same(16))).show(ui, |ui| {
            answer = sign_in::show(ui, &self.texts, &snapshot.title, &snapshot.accounts, &mut self.sign_in);
        });
        if let Some((name, password)) = answer {
            self.reader.sign_in(name, password, &self.texts);
        }
    }

    /// Takes what the threads brought.
    fn hear(&mut self, ctx: &Context) {
        self.gallery.take(ctx);
        while let Some(left) = self.jotter.left() {
            kept::adopt(ctx, left);
        }
        while let Some(answer) = self.reader.answer() {
            self.filter.forget();
            if let Some(palette) = &mut self.palette {
                palette.forget();
            }
            match answer {
                model::Answer::Read(read) => {
                    match read {
                        Ok(snapshot) => {
                            if !std::mem::replace(&mut self.is_remembered, true) {
                                self.keeper.opened(&snapshot.title, &self.texts);
                            }
                            // What is typed from now on belongs to the archive that was not there.
                            if matches!(self.known, Known::Failed(_)) {
                                let Station { root, session, settings, .. } = self.station.clone();
                                self.jotter = Jotter::start(root, &session, settings, ctx);
                            }
                            self.known = Known::Read(snapshot);
                        }
                        Err(unread) => self.known = Known::Failed(unread),
                    }
                    if self.import.as_ref().is_some_and(inventory_import::State::is_taken) {
                        self.import = None;
                    }
                }
                model::Answer::Rebuilt(Ok(report)) => {
                    let words = work::rebuilt(&self.texts, &report).join(" ");
                    self.go_over(self.station.root.clone(), ctx);
                    self.say(words, ctx);
                    return;
                }
                model::Answer::Rebuilt(Err(unread)) => {
                    self.rebuilds = false;
                    self.known = Known::Failed(unread);
                }
                model::Answer::Made(Ok(root)) => {
                    archives::made(ctx);
                    kept::changed(ctx).into_iter().for_each(|notes| self.jotter.note(notes));
                    self.go_over(root, ctx);
                    return;
                }
                model::Answer::Made(Err(failure)) => self.archives.refused = Some(failure),
                // Who comes back finds all as it was.
                model::Answer::SignedIn(Ok(name)) if name == self.station.session.operator => {
                    self.signed_in = Some(name);
                    self.sign_in = sign_in::State::default();
                }
                model::Answer::SignedIn(Ok(name)) => {
                    self.work_as(name, ctx);
                    return;
                }
                model::Answer::Inventory(_, true, Ok(_)) => {
                    if let Some(state) = &mut self.import {
                        state.taken();
                    }
                    self.reader.ask(&self.texts);
                }
                model::Answer::Inventory(path, _, outcome) => {
                    if let Some(state) = &mut self.import {
                        state.previewed(path, outcome);
                    }
                }
                model::Answer::SignedIn(Err(failure)) => self.sign_in.refused(failure),
                model::Answer::Log(log) => {
                    self.log = Some(log);
                    continue;
                }
                // Who went elsewhere meanwhile stays there.
                model::Answer::Lot(lot, Ok(codes)) if self.screen == self.opens_lot_from => {
                    self.list(inventory::Filter::only(words_of(&lot, &self.texts), codes));
                }
                model::Answer::Planned(Ok(())) => self.reader.ask(&self.texts),
                model::Answer::Planned(Err(failure)) => {
                    self.say(told(&failure), ctx);
                    continue;
                }
                model::Answer::Lot(_, Ok(_)) => continue,
                model::Answer::Lot(_, Err(failure)) => {
                    self.say(told(&failure), ctx);
                    continue;
                }
                model::Answer::Written(written) => {
                    let words = match written {
                        Ok((paths, lacking)) => {
                            let paths: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
                            let written = self.texts.say("report-written", &[("path", paths.join(", ").into())]);
                            match lacking.is_empty() {
                                true => written,
                                false => {
                                    let lacks = self.texts.say("box-form-lacks", &[("letters", lacking.into())]);
                                    format!("{written} {lacks}")
                                }
                            }
                        }
                        Err(failure) => told(&failure),
                    };
                    self.say(words, ctx);
                    continue;
                }
            }
            self.look_ahead();
        }
        while let Some(news) = self.courier.news() {
            if let courier::News::Said(words) = news {
                self.say(words, ctx);
            }
            self.reader.ask(&self.texts);
        }
        while let Some(answer) = self.desk.answer() {
            match answer {
                Answer::Dossier(mut dossier) if self.on_desk.as_ref() == Some(&dossier.code) => {
                    dossier.is_revealed = self.is_revealed;
                    self.dossier = Some(dossier);
                    self.look_ahead();
                }
                // Each takes what it asked for.
                Answer::Text(page, lines) => {
                    self.describe.read(page, &lines);
                    self.check.read(page, lines);
                }
                Answer::Described(code, written) if self.on_desk.as_ref() == Some(&code) => {
                    self.describe.written(&written);
                }
                Answer::Forms(code, forms, jots) if self.on_desk.as_ref() == Some(&code) => {
                    if self.describe.take(forms, jots) {
                        self.say(self.texts.get("ui-typed-before"), ctx);
                    }
                }
                Answer::Cut(page, cut) => {
                    for looking in [&mut self.scan.looking, &mut self.check.looking] {
                        if let Some(splitting) = &mut looking.splitting {
                            splitting.found(page, cut);
                        }
                    }
                }
                // Another one was laid on the desk meanwhile.
                Answer::Dossier(_) | Answer::Forms(..) | Answer::Described(..) => {}
                Answer::Done { code, way, deed, undo } => {
                    self.scan.done();
                    self.check.done();
                    self.describe.done(&deed);
                    if let Deed::Describe { document, .. } = &deed
                        && !self.describe.is_typed(*document)
                    {
                        self.jotter.keep(*document, None);
                    }
                    if matches!(deed, Deed::Reveal) && self.on_desk.as_ref() == Some(&code) {
                        self.is_revealed = true;
                    }
                    self.remember(way, undo, &deed, ctx);
                    // A description changes neither pages nor states.
                    let is_description = matches!(deed, Deed::Describe { .. });
                    match self.on_desk.as_ref() == Some(&code) {
                        true if is_description => self.desk.described(&code, &self.texts),
                        true => self.desk.look(&code, &self.texts),
                        false => {}
                    }
                    if !is_description {
                        self.reader.ask(&self.texts);
                    }
                }
                Answer::Failed(failure) => {
                    // It may have been a draft that could not be kept.
                    if self.screen == Screen::Describe || self.describe.is_waiting() {
                        self.describe.refused(failure.clone());
                    }
                    match self.screen {
                        Screen::Describe => {}
                        Screen::Check => self.check.refused(failure),
                        _ => self.scan.refused(failure),
                    }
                }
            }
        }
        while let Some(answer) = self.finder.answer() {
            self.search.take(answer);
        }
        self.hear_keeper(ctx);
        if self.mill.take() {
            self.reader.log(&self.texts);
            self.reader.ask(&self.texts);
            self.look();
        }
        while let Some(news) = self.feeder.news() {
            match news {
                News::Devices(devices) => self.scan.devices(devices),
                News::Profiles(profiles) => self.scan.profiles(profiles),
                News::Arrived(page) => {
                    self.scan.arrived(ctx, *page);
                    // The archive knows nothing of it yet.
                    continue;
                }
                News::Filed(done) => self.scan.filed(ctx.input(|input| input.time), done),
                News::Ended(ending) => {
                    self.scan.ended(ending);
                    self.reader.ask(&self.texts);
                }
                News::Copied(failure) => {
                    self.scan.copied(failure);
                    self.reader.ask(&self.texts);
                }
            }
            self.look();
        }
    }

    /// Takes what is kept, and what was changed.
    fn hear_keeper(&mut self, ctx: &Context) {
        while let Some(answer) = self.keeper.answer() {
            match answer {
                keeper::Answer::Window(kept) => {
                    let (mut looks, archives) = match kept {
                        Ok((kept, archives)) => (kept.looks, archives),
                        Err(failure) => {
                            self.not_kept = Some(failure);
                            Default::default()
                        }
                    };
                    self.archives.known = archives;
                    if !self.looks.is_known() {
                        let look = looks.remove(&self.station.session.operator).unwrap_or_default();
                        let now = self.looks.now(self.texts.language(), ctx);
                        let shown = self.looks.take_up(look, now, ctx);
                        self.speak(shown.language);
                    }
                }
                keeper::Answer::Books(books) => self.settings.books = Some(books),
                keeper::Answer::Models(folder, models) => self.settings.models = Some((folder, models)),
                keeper::Answer::Changed(part, outcome) => {
                    let is_made = outcome.is_ok();
                    self.settings.changed(part, outcome);
                    if !is_made {
                        continue;
                    }
                    self.keeper.books(&self.texts);
                    self.reader.ask(&self.texts);
                    match part {
                        Part::Profiles => self.feeder.look(&self.texts),
                        Part::Keys => self.mill.look(&self.texts),
                        // Who made the first account has just typed its password. Where there were some before, nobody
                        // is let in by what was asked for before the window was locked.
                        Part::People if self.signed_in.is_none() && self.has_no_accounts() => {
                            self.signed_in = Some(self.station.session.operator.clone());
                        }
                        Part::SecondVault => self.mill.copied = None,
                        Part::Hub => self.courier.go(&self.texts),
                        Part::People | Part::Models | Part::Looks => {}
                    }
                }
            }
        }
    }

    /// From now on in this language.
    fn speak(&mut self, language: UiLanguage) {
        if language != self.texts.language() {
            self.texts = Arc::new(Texts::for_window(language));
            self.reader.ask(&self.texts);
            self.look();
        }
    }

    /// Does what was decided on Settings.
    fn settle(&mut self, choice: settings::Choice, ctx: &Context) {
        match choice {
            settings::Choice::Change(change) => self.keeper.change(change, &self.texts),
            settings::Choice::Copy => self.mill.copy(&self.texts),
            settings::Choice::Models => {
                self.settings.models = None;
                self.keeper.models();
            }
            settings::Choice::Look(shown) => {
                shown.apply(ctx);
                self.looks.is_still = shown.is_still;
                self.speak(shown.language);
            }
        }
    }

    /// Looks at the dossier on the desk again.
    fn look(&self) {
        if let Some(code) = &self.on_desk {
            self.desk.look(code, &self.texts);
        }
    }

    fn look_ahead(&mut self) {
        let (Known::Read(snapshot), Some(code)) = (&self.known, &self.on_desk) else { return };
        self.next = Next {
            scan: snapshot.next_to_scan(code).map(|line| line.code.clone()),
            check: snapshot.next(code, |line| Chip::Findings.takes(line) && !line.held).map(|line| line.code.clone()),
        };
    }

    fn remember(&mut self, way: Way, undo: Option<Deed>, deed: &Deed, ctx: &Context) {
        let now = ctx.input(|input| input.time);
        let id = match (way, deed) {
            (Way::Back, _) => Some("ui-undone"),
            (_, Deed::Pages { edit: Edit::Remove, .. }) => Some("ui-done-removed"),
            (_, Deed::Pages { edit: Edit::Part, .. }) => Some("ui-done-parted"),
            (_, Deed::Pages { edit: Edit::Split(_), .. }) => Some("ui-done-split"),
            (_, Deed::Pages { edit: Edit::Pass, .. }) => Some("ui-done-passed"),
            (_, Deed::Pages { edit: Edit::Reject, .. }) => Some("ui-done-sent-back"),
            _ => None,
        };
        self.remark = id.map(|id| (self.texts.get(id), now + REMARK));
        let Some(undo) = undo else { return };
        let pile = if way == Way::Back { &mut self.redo } else { &mut self.undo };
        pile.push(undo);
        if pile.len() > UNDOABLE {
            pile.remove(0);
        }
        if way == Way::Anew {
            self.redo.clear();
        }
    }

    fn place(&self) -> Place {
        match self.screen {
            Screen::Start => Place::Start,
            Screen::Inventory => Place::Inventory,
            Screen::Scan if self.dossier.is_some() => Place::Scan,
            Screen::Check if self.dossier.is_some() => Place::Check,
            Screen::Describe if self.dossier.is_some() => Place::Describe,
            Screen::Progress => Place::Progress,
            Screen::Sign => Place::Sign,
            Screen::Jobs => Place::Jobs,
            Screen::Search => Place::Search,
            // Nothing lies on the desk: the inventory asks what.
            Screen::Scan | Screen::Check | Screen::Describe if self.on_desk.is_none() => Place::Inventory,
            Screen::Scan | Screen::Check | Screen::Describe | Screen::Settings => Place::Everywhere,
        }
    }

    /// Whether something stands above the screen, or the screen itself asks for something.
    fn is_asking(&self) -> bool {
        let is_above = self.shows_keys || self.palette.is_some() || self.import.is_some();
        is_above || self.scan.is_asking() || self.check.is_asking() || self.describe.is_asking()
    }

    /// A code that a barcode scanner typed opens its dossier, wherever no field has the focus.
    fn scanned(&mut self, ctx: &Context) {
        if regions::is_typing(ctx) || self.is_asking() || is_covered(ctx) || self.is_locked() {
            self.wedge.forget();
            return;
        }
        let (Some(code), Known::Read(snapshot)) = (self.wedge.hear(ctx), &self.known) else { return };
        let found = snapshot.dossiers.iter().find(|line| line.code.eq_ignore_ascii_case(&code));
        match found.map(|line| line.code.clone()) {
            Some(code) => {
                let screen = if self.screen == Screen::Check { Screen::Check } else { Screen::Scan };
                self.open(code, screen);
            }
            None => match self.boxes_named(&code).as_slice() {
                [] => {
                    let words = self.texts.say("ui-no-such-code", &[("code", code.into())]);
                    self.say(words, ctx);
                }
                [place] => self.list(inventory::Filter::branch(place.clone())),
                // The same code in several fonds: which is meant is chosen.
                _ => self.palette = Some(palette::State::of_places_with(code)),
            },
        }
    }

    /// Shows the dossiers that a filter leaves.
    fn list(&mut self, filter: inventory::Filter) {
        self.filter = filter;
        self.screen = Screen::Inventory;
    }

    /// The boxes with a code.
    fn boxes_named(&self, code: &str) -> Vec<Branch> {
        let Known::Read(snapshot) = &self.known else { return Vec::new() };
        let is_it = |line: &&TreeLine| line.depth == 2 && line.branch[2].eq_ignore_ascii_case(code);
        snapshot.tree.iter().filter(is_it).map(|line| line.branch.clone()).collect()
    }

    /// The commands whose keys were pressed. Letters are keys only where nothing is typed and nothing stands above.
    fn pressed(&self, ctx: &Context) -> Vec<Command> {
        // A form owns its letters: its keys are none, and hold while somebody types.
        let is_form = matches!(self.place(), Place::Describe | Place::Search | Place::Sign);
        let is_typing = regions::is_typing(ctx);
        let letters_live = !self.is_asking() && !is_covered(ctx) && (is_form || !is_typing);
        let mut pressed = Vec::new();
        ctx.input_mut(|input| {
            // Alt belongs to input methods and menus.
            let is_with_alt =
                |event: &egui::Event| matches!(event, egui::Event::Key { modifiers, .. } if modifiers.alt);
            if input.events.iter().any(is_with_alt) {
                return;
            }
            // A key without Shift also takes the one with it, so those with Shift come first.
            let all = |with_shift: bool| {
                let commands = Command::EVERYWHERE.iter().chain(Command::of(self.place()));
                commands.filter(move |command| command.shortcut().modifiers.shift == with_shift)
            };
            for &command in all(true).chain(all(false)) {
                let shortcut = command.shortcut();
                let is_everywhere = Command::EVERYWHERE.contains(&command);
                let finds = command == Command::Find && !self.is_asking();
                let is_live = letters_live || is_everywhere || finds;
                let other = command
                    .other_shortcut()
                    .filter(|other| letters_live && !is_typing || is_everywhere && other.modifiers.ctrl)
                    .is_some_and(|other| input.consume_shortcut(&other));
                if !command.is_of_screen() && is_live && (other || input.consume_shortcut(&shortcut)) {
                    pressed.push(command);
                }
            }
        });
        pressed
    }

    /// What the operator may do.
    fn role(&self) -> Rank {
        match &self.known {
            Known::Read(snapshot) => snapshot.role,
            Known::Waiting | Known::Failed(_) => Rank::Archivist,
        }
    }

    /// The sheets that are being fed, if any are.
    fn feeding(&self) -> Option<jobs::Feeding> {
        let dossier = self.dossier.as_deref().filter(|_| self.feeder.is_running())?;
        let (pages, expected) = (dossier.pages.len() as u64, dossier.expected().map(u64::from));
        let left = expected.and_then(|expected| expected.checked_sub(pages));
        let speed = self.scan.speed().filter(|speed| *speed > 0);
        Some(jobs::Feeding {
            is_stopping: self.feeder.is_stopping(),
            dossier: dossier.code.clone(),
            pages,
            expected,
            seconds_left: left.zip(speed).map(|(left, speed)| left * 60 / speed),
        })
    }

    fn screen(&mut self, ui: &mut Ui, acts: &mut Vec<Act>) {
        let t = tokens(ui.ctx());
        let is_page = matches!(self.screen, Screen::Scan | Screen::Check | Screen::Describe)
            && matches!(self.known, Known::Read(_));
        if let (true, Some(dossier)) = (is_page, &self.dossier) {
            match self.screen {
                Screen::Check => {
                    let role = self.role();
                    let seen = check::Seen { texts: &self.texts, dossier, next: self.next.check.as_deref(), role };
                    check::show(ui, &mut self.check, &seen, &mut self.gallery, acts);
                }
                Screen::Describe => {
                    let seen = describe::Seen { texts: &self.texts, dossier };
                    describe::show(ui, &mut self.describe, &seen, &mut self.gallery, acts);
                }
                _ => {
                    let seen = scan::Seen {
                        texts: &self.texts,
                        dossier,
                        is_feeding: self.feeder.is_running(),
                        is_stopping: self.feeder.is_stopping(),
                        can_undo: !self.undo.is_empty(),
                        next: self.next.scan.as_deref(),
                    };
                    scan::show(ui, &mut self.scan, &seen, &mut self.gallery, acts);
                }
            }
            return;
        }
        let chooses = self.chooses && self.screen == Screen::Start;
        let mut choice = None;
        CentralPanel::default().frame(Frame::new().fill(t.app).inner_margin(Margin::same(16))).show(ui, |ui| {
            regions::region(ui, &self.texts.get("ui-region-screen"));
            let is_lost = matches!(self.known, Known::Failed(_));
            match &self.known {
                Known::Waiting => {
                    ui.label(RichText::new(self.texts.get("ui-reading")).color(t.text2));
                }
                Known::Failed(unread) => {
                    match failed(ui, &self.texts, unread, self.rebuilds) {
                        Some(WayOn::Again) => acts.push(Act::Command(Command::Refresh)),
                        Some(WayOn::Rebuild) => {
                            self.rebuilds = true;
                            self.reader.rebuild(&self.texts);
                        }
                        None => {}
                    }
                    ui.add_space(12.0);
                }
                Known::Read(_) if chooses => {}
                Known::Read(snapshot) => match self.screen {
                    Screen::Start => {
                        let station = &self.station.session.station;
                        let validity = self.mill.validity();
                        start::show(ui, &self.texts, snapshot, station, validity, &mut self.gallery, acts);
                    }
                    Screen::Inventory => inventory::show(ui, &self.texts, snapshot, &mut self.filter, acts),
                    Screen::Sign => sign::show(ui, &self.texts, snapshot, &self.mill, &mut self.sign, acts),
                    Screen::Jobs => {
                        let seen = jobs::Seen {
                            texts: &self.texts,
                            snapshot,
                            mill: &self.mill,
                            feeding: self.feeding(),
                            doing: self.reader.doing(),
                            courier: &self.courier,
                            log: self.log.as_ref(),
                        };
                        jobs::show(ui, &seen, acts);
                    }
                    Screen::Settings => {
                        let seen = settings::Seen {
                            texts: &self.texts,
                            snapshot,
                            mill: &self.mill,
                            devices: self.scan.found(),
                            operator: &self.station.session.operator,
                            shown: self.looks.now(self.texts.language(), ui.ctx()),
                            not_kept: self.not_kept.as_ref(),
                        };
                        settings::show(ui, &seen, &mut self.settings, acts);
                    }
                    Screen::Search => {
                        search::show(ui, &self.texts, &self.finder, &mut self.search, &mut self.gallery, acts);
                    }
                    Screen::Progress => {
                        let operator = &self.station.session.operator;
                        progress::show(ui, &self.texts, snapshot, &mut self.progress, operator, acts);
                    }
                    Screen::Scan | Screen::Check | Screen::Describe => {
                        let id = match self.on_desk {
                            Some(_) => "ui-reading-dossier",
                            None => "ui-no-dossier",
                        };
                        ui.label(RichText::new(self.texts.get(id)).color(t.text2));
                        if self.on_desk.is_none() {
                            inventory::show(ui, &self.texts, snapshot, &mut self.filter, acts);
                        }
                    }
                },
            }
            if chooses || is_lost {
                choice = archives::show(ui, &self.texts, &mut self.archives, is_lost);
            }
        });
        match choice {
            Some(archives::Choice::Open(root)) => {
                let ctx = ui.ctx().clone();
                self.go_over(root, &ctx);
            }
            Some(archives::Choice::Forget(folder)) => self.keeper.forget(folder, &self.texts),
            Some(archives::Choice::Make(folder, new)) => self.reader.make(folder, new, &self.texts),
            None => {}
        }
    }

    fn carry_out(&mut self, acts: Vec<Act>, ctx: &Context) {
        let mut acts = std::collections::VecDeque::from(acts);
        while let Some(act) = acts.pop_front() {
            match act {
                Act::Command(command) => {
                    let mut more = Vec::new();
                    self.command(command, ctx, &mut more);
                    acts.extend(more);
                }
                Act::Open(code, screen) => self.open(code, screen),
                Act::Do(deed) => self.ask(deed, Way::Anew),
                Act::Look(page) => self.check.looking.chosen = Some(page),
                Act::Replace(page) => {
                    self.screen = Screen::Scan;
                    if let Some(dossier) = &self.dossier {
                        self.scan.replace(dossier, page);
                    }
                }
                Act::List(chip) => self.list(inventory::Filter::new(String::new(), chip)),
                Act::Lot(lot) => {
                    self.opens_lot_from = self.screen;
                    self.reader.lot(lot, &self.texts);
                }
                Act::SetTargets => self.reader.set_targets(&self.texts),
                Act::Branch(branch) => self.list(inventory::Filter::branch(branch)),
                Act::Feed(plan) => {
                    self.feeder.feed(*plan, &self.texts);
                    self.remark = None;
                }
                Act::Text(page) => self.desk.text(page, &self.texts),
                Act::FindCut(page, run) => self.desk.cut(page, run, &self.texts),
                Act::Forms => {
                    if let Some(code) = &self.on_desk {
                        self.desk.forms(code, &self.texts);
                    }
                }
                Act::Settings(choice) => self.settle(choice, ctx),
                Act::TryPictures => self.gallery.try_again(),
                Act::LookForScanners => self.feeder.look(&self.texts),
            }
        }
    }

    fn ask(&self, deed: Deed, way: Way) {
        if let Some(dossier) = &self.dossier {
            self.desk.ask(&dossier.code, deed, way, &self.texts);
        }
    }

    /// Lays a dossier on the desk. While sheets are fed the one they go to stays.
    pub fn open(&mut self, code: String, screen: Screen) {
        for deed in self.describe.unwritten() {
            self.ask(deed, Way::Anew);
        }
        if self.on_desk.as_ref() != Some(&code) && !self.feeder.is_running() {
            self.on_desk = Some(code);
            self.is_revealed = false;
            self.dossier = None;
            self.scan.begin();
            self.check.begin();
            self.describe.begin();
            self.undo.clear();
            self.redo.clear();
            self.look_ahead();
        }
        self.screen = screen;
        self.look();
    }

    fn command(&mut self, command: Command, ctx: &Context, acts: &mut Vec<Act>) {
        match command {
            Command::ShowStart => {
                self.screen = Screen::Start;
                self.chooses = false;
            }
            Command::ShowInventory => self.screen = Screen::Inventory,
            Command::ShowScan => self.show_pages(Screen::Scan),
            Command::ShowCheck => self.show_pages(Screen::Check),
            Command::ShowDescribe => self.show_pages(Screen::Describe),
            Command::ShowSign => {
                self.screen = Screen::Sign;
                self.sign = sign::State::default();
                self.mill.look(&self.texts);
            }
            Command::ShowProgress => self.screen = Screen::Progress,
            Command::ShowSearch => self.screen = Screen::Search,
            Command::ShowJobs => {
                self.screen = Screen::Jobs;
                self.reader.log(&self.texts);
            }
            Command::ShowSettings => {
                self.screen = Screen::Settings;
                self.keeper.books(&self.texts);
                self.keeper.models();
                self.mill.look(&self.texts);
            }
            Command::Work => self.mill.work(None, &self.texts),
            Command::NextPlace => self.search.next_place(),
            Command::PauseWork => self.mill.pause(),
            Command::StopWork => self.mill.stop(),
            Command::Refresh => {
                self.reader.ask(&self.texts);
                self.feeder.look(&self.texts);
                self.gallery.try_again();
                self.describe.try_again();
                self.courier.go(&self.texts);
                self.look();
                if self.screen == Screen::Jobs {
                    self.reader.log(&self.texts);
                }
            }
            Command::SwitchLanguage => {
                let other = match self.texts.language() {
                    UiLanguage::Vietnamese => UiLanguage::English,
                    UiLanguage::English => UiLanguage::Vietnamese,
                };
                self.speak(other);
            }
            Command::SwitchTheme => {
                ctx.set_theme(if ctx.theme() == Theme::Dark { Theme::Light } else { Theme::Dark });
            }
            Command::ShowKeys => self.shows_keys = !self.shows_keys,
            Command::ChooseArchive => {
                let is_shown = self.chooses && self.screen == Screen::Start;
                self.chooses = !is_shown && !self.feeder.is_running();
                if self.chooses {
                    self.screen = Screen::Start;
                }
            }
            Command::Lock => {
                self.signed_in = None;
                self.sign_in = sign_in::State::default();
            }
            Command::ShowPalette => self.palette = self.palette.is_none().then(palette::State::default),
            Command::GoToBox => self.palette = Some(palette::State::of_places()),
            Command::FoldInspector => regions::fold(ctx),
            // What asks something keeps the focus.
            Command::NextRegion | Command::PreviousRegion if self.is_asking() => {}
            Command::NextRegion => regions::go(ctx, false),
            Command::PreviousRegion => regions::go(ctx, true),
            Command::Enlarge => zoom(ctx, 10),
            Command::Shrink => zoom(ctx, -10),
            Command::UsualSize => ctx.set_zoom_factor(1.0),
            Command::FillScreen => {
                let is_filled = ctx.input(|input| input.viewport().fullscreen.unwrap_or(false));
                ctx.send_viewport_cmd(egui::ViewportCommand::Fullscreen(!is_filled));
            }
            // What asks something keeps what was typed, and sheets the dossier that they go to.
            Command::NextRescan if self.is_asking() || self.feeder.is_running() => {}
            Command::NextRescan => {
                let Known::Read(snapshot) = &self.known else { return };
                let code = self.on_desk.clone().unwrap_or_default();
                let next = snapshot.next(&code, |line| line.rescan && !line.held).map(|line| line.code.clone());
                match next {
                    Some(next) => self.open(next, Screen::Scan),
                    None => {
                        let words = self.texts.get("ui-no-rescan");
                        self.say(words, ctx);
                    }
                }
            }
            Command::Find if self.place() == Place::Inventory => self.filter.is_asked_for = true,
            Command::Find => self.search.is_asked_for = true,
            Command::Sign => {
                let Known::Read(snapshot) = &self.known else { return };
                if let Some(password) = sign::password(&mut self.sign, snapshot, &self.mill) {
                    self.mill.work(Some(password), &self.texts);
                }
            }
            Command::Reveal if self.dossier.as_ref().is_some_and(|dossier| dossier.is_covered()) => {
                self.ask(Deed::Reveal, Way::Anew);
            }
            Command::ImportInventory => self.import = Some(inventory_import::State::default()),
            Command::PrintReport => self.reader.report(&["pdf"], &self.texts),
            Command::Export if self.place() == Place::Inventory => {
                if let Known::Read(snapshot) = &self.known {
                    self.reader.list(inventory::listed(&self.texts, snapshot, &self.filter), &self.texts);
                }
            }
            Command::Export => {
                self.reader.report(&["xlsx", "csv"], &self.texts);
                if let Some(chart) = self.progress.chart {
                    let (keep, pixels) = (self.reader.picture(&self.texts), ctx.pixels_per_point());
                    ctx.request_screenshot(move |image| keep(image.region(&chart.expand(8.0), Some(pixels))));
                }
            }
            Command::StopFeed if self.feeder.is_running() => self.feeder.stop(),
            Command::Undo => {
                if let Some(deed) = self.undo.pop() {
                    self.ask(deed, Way::Back);
                }
            }
            Command::Redo => {
                if let Some(deed) = self.redo.pop() {
                    self.ask(deed, Way::Again);
                }
            }
            _ => self.of_screen(command, ctx, acts),
        }
    }

    fn of_screen(&mut self, command: Command, ctx: &Context, acts: &mut Vec<Act>) {
        let Some(dossier) = &self.dossier else { return };
        match self.screen {
            Screen::Scan => {
                let seen = scan::Seen {
                    texts: &self.texts,
                    dossier,
                    is_feeding: self.feeder.is_running(),
                    is_stopping: self.feeder.is_stopping(),
                    can_undo: !self.undo.is_empty(),
                    next: None,
                };
                self.scan.carry_out(command, &seen, ctx, acts);
            }
            Screen::Check => {
                let seen = check::Seen { texts: &self.texts, dossier, next: None, role: self.role() };
                self.check.carry_out(command, &seen, ctx, acts);
            }
            Screen::Describe => {
                self.describe.carry_out(command, acts);
            }
            Screen::Start | Screen::Inventory | Screen::Sign | Screen::Progress | Screen::Search | Screen::Jobs => {}
            Screen::Settings => {}
        }
    }

    /// To Scan, Check or Describe, with the dossier that waits if none lies on the desk.
    fn show_pages(&mut self, screen: Screen) {
        self.screen = screen;
        if self.on_desk.is_some() {
            return;
        }
        let Known::Read(snapshot) = &self.known else { return };
        let waiting = match screen {
            Screen::Check => snapshot.next("", |line| Chip::Findings.takes(line) && !line.held),
            Screen::Describe => snapshot.next("", |line| Chip::Unsigned.takes(line) && !line.held),
            _ => snapshot.resume.as_ref().map(|resume| &*snapshot.dossiers[resume.at]),
        };
        if let Some(code) = waiting.map(|line| line.code.clone()) {
            self.open(code, screen);
        }
    }

    fn rail(&self, ui: &mut Ui, acts: &mut Vec<Act>) {
        let t = tokens(ui.ctx());
        let frame = Frame::new().fill(t.rail).inner_margin(Margin::symmetric(4, 8));
        let looks = match &self.known {
            Known::Read(snapshot) => snapshot.count(Chip::Findings),
            _ => 0,
        };
        Panel::left("rail").exact_size(84.0).resizable(false).show_separator_line(false).frame(frame).show(ui, |ui| {
            regions::region(ui, &self.texts.get("ui-region-rail"));
            ui.spacing_mut().item_spacing.y = 2.0;
            for (command, screen) in [
                (Command::ShowStart, Screen::Start),
                (Command::ShowInventory, Screen::Inventory),
                (Command::ShowScan, Screen::Scan),
                (Command::ShowCheck, Screen::Check),
                (Command::ShowDescribe, Screen::Describe),
                (Command::ShowSign, Screen::Sign),
                (Command::ShowProgress, Screen::Progress),
                (Command::ShowSearch, Screen::Search),
            ] {
                let badge = if screen == Screen::Check { looks } else { 0 };
                if rail_item(ui, &self.texts, command, self.screen == screen, badge) {
                    acts.push(Act::Command(command));
                }
            }
            ui.with_layout(Layout::bottom_up(Align::Min), |ui| {
                for command in [
                    Command::ShowKeys,
                    Command::SwitchTheme,
                    Command::SwitchLanguage,
                    Command::Refresh,
                    Command::ShowSettings,
                    Command::ShowJobs,
                ] {
                    let is_selected = match command {
                        Command::ShowJobs => self.screen == Screen::Jobs,
                        Command::ShowSettings => self.screen == Screen::Settings,
                        _ => false,
                    };
                    if rail_item(ui, &self.texts, command, is_selected, 0) {
                        acts.push(Act::Command(command));
                    }
                }
            });
        });
    }

    fn header(&self, ui: &mut Ui, acts: &mut Vec<Act>) {
        let t = tokens(ui.ctx());
        let frame = Frame::new().fill(t.panel).inner_margin(Margin::symmetric(16, 0));
        Panel::top("header").exact_size(48.0).resizable(false).frame(frame).show(ui, |ui| {
            ui.horizontal_centered(|ui| {
                let name = match self.screen {
                    Screen::Start => Command::ShowStart,
                    Screen::Inventory => Command::ShowInventory,
                    Screen::Scan => Command::ShowScan,
                    Screen::Check => Command::ShowCheck,
                    Screen::Describe => Command::ShowDescribe,
                    Screen::Sign => Command::ShowSign,
                    Screen::Progress => Command::ShowProgress,
                    Screen::Search => Command::ShowSearch,
                    Screen::Jobs => Command::ShowJobs,
                    Screen::Settings => Command::ShowSettings,
                };
                let is_page = matches!(self.screen, Screen::Scan | Screen::Check | Screen::Describe);
                let dossier = self.dossier.as_deref().filter(|_| is_page);
                // Words, and the branch that they open.
                let mut places: Vec<(String, Branch)> = Vec::new();
                match (&self.known, dossier) {
                    (_, Some(dossier)) => {
                        let box_code = dossier.in_box.as_ref().map_or("", |in_box| in_box.code.as_str());
                        let own = [dossier.fonds.as_str(), dossier.series.as_str(), box_code];
                        // Below a level that is not known a branch would hold more than the dossier's own.
                        let known = own.iter().take_while(|name| !name.is_empty()).count();
                        for depth in 0..known {
                            let mut branch = own.map(str::to_owned);
                            branch[depth + 1..].iter_mut().for_each(String::clear);
                            let words = match depth {
                                2 => self.texts.say("ui-box-n", &[("box", box_code.into())]),
                                _ => own[depth].to_owned(),
                            };
                            places.push((words, branch));
                        }
                        let mut branch = own.map(str::to_owned);
                        branch[known..].iter_mut().for_each(String::clear);
                        places.push((dossier.code.clone(), branch));
                    }
                    (Known::Read(snapshot), None) => places.push((snapshot.title.clone(), Branch::default())),
                    (Known::Waiting | Known::Failed(_), None) => {}
                }
                // Enlarged on a small screen there is room for the last of them.
                let hidden = if ui.available_width() < WIDE { places.len().saturating_sub(1) } else { 0 };
                for (place, branch) in &places[hidden..] {
                    let button = egui::Button::new(RichText::new(place).color(t.text2)).frame(false);
                    if ui.add(button).on_hover_text(self.texts.get("ui-open-list")).clicked() {
                        acts.push(Act::Branch(branch.clone()));
                    }
                    ui.label(RichText::new(char::from(lucide_icons::Icon::ChevronRight)).color(t.text3));
                }
                ui.label(RichText::new(self.texts.get(name.label())).font(theme::semibold(14.0)).color(t.text));
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    let person = char::from(lucide_icons::Icon::UserRound);
                    let operator = format!("{person}  {}", self.station.session.operator);
                    let Known::Read(snapshot) = &self.known else {
                        ui.label(RichText::new(operator).color(t.text2));
                        return;
                    };
                    let role = self.texts.get(&format!("role-{}", snapshot.role.word()));
                    if snapshot.accounts.is_empty() {
                        ui.label(RichText::new(operator).color(t.text2));
                    } else {
                        let word = format!("{operator} · {role}");
                        let button = egui::Button::new(RichText::new(word).color(t.text2)).frame(false);
                        if ui.add(button).on_hover_text(self.texts.get("ui-switch-operator")).clicked() {
                            acts.push(Act::Command(Command::Lock));
                        }
                    }
                    ui.separator();
                    let free = failure::bytes(&self.texts, snapshot.free);
                    let sign = char::from(lucide_icons::Icon::HardDrive);
                    if snapshot.is_scarce() {
                        let words = self.texts.say("ui-disk-scarce", &[("free", (&free).into())]);
                        let words = RichText::new(format!("{sign}  {words}")).color(t.warn.fg);
                        let next = self.texts.say("ui-disk-scarce-next", &[("free", free.into())]);
                        // What is safe and what to do stands on Start.
                        if ui.add(egui::Button::new(words).frame(false)).on_hover_text(next).clicked() {
                            acts.push(Act::Command(Command::ShowStart));
                        }
                    } else {
                        let words = RichText::new(format!("{sign}  {free}")).color(t.text2);
                        ui.label(words).on_hover_text(self.texts.get("ui-free"));
                    }
                    let stopped =
                        || self.courier.is_stopped().then(|| (Mark::Warn, self.texts.get("ui-sync-is-stopped")));
                    let upstream = snapshot.upstream_words(&self.texts);
                    // An alarm is said before all else.
                    let said = |(mark, words)| match mark {
                        Mark::Warn => (mark, words),
                        _ => stopped().unwrap_or((mark, words)),
                    };
                    if let Some((mark, words)) = upstream.map(said) {
                        ui.separator();
                        let (sign, color) = match mark {
                            Mark::Warn => (lucide_icons::Icon::CloudAlert, t.warn.fg),
                            _ => (lucide_icons::Icon::Cloud, t.text2),
                        };
                        let words: String = match words.chars().count() {
                            0..=LONGEST_MARK => words,
                            _ => words.chars().take(LONGEST_MARK - 1).chain(['…']).collect(),
                        };
                        ui.label(RichText::new(format!("{}  {words}", char::from(sign))).color(color))
                            .on_hover_text(snapshot.upstream.as_ref().map_or("", |upstream| upstream.hub.as_str()));
                    }
                    if snapshot.demo {
                        ui.separator();
                        ui.label(RichText::new(self.texts.get("ui-demo")).color(t.unsaved.fg));
                    }
                    // What came as files has no paper here.
                    let has_paper = |dossier: &&Dossier| dossier.paper.is_some() || dossier.pages.is_empty();
                    if let Some(dossier) = self.dossier.as_deref().filter(has_paper) {
                        ui.add_space(4.0);
                        pill(ui, &self.texts, dossier);
                    }
                });
            });
        });
    }

    fn status(&self, ui: &mut Ui) {
        let t = tokens(ui.ctx());
        let frame = Frame::new().fill(t.panel).inner_margin(Margin::symmetric(16, 0));
        let shown: &[Command] = match self.place() {
            Place::Scan => {
                &[Command::Previous, Command::Next, Command::NextException, Command::Remove, Command::ShowKeys]
            }
            Place::Check => {
                &[Command::Previous, Command::Next, Command::NextException, Command::Undo, Command::ShowKeys]
            }
            Place::Describe => &[
                Command::NextDoubt,
                Command::ShowSource,
                Command::CopyPrevious,
                Command::PageAfter,
                Command::ShowDocuments,
                Command::ShowKeys,
            ],
            Place::Progress => &[Command::PrintReport, Command::Export, Command::ShowKeys],
            Place::Sign => &[Command::StopWork, Command::ShowKeys],
            Place::Search => &[Command::Open, Command::NextPlace, Command::ShowKeys],
            Place::Jobs => &[Command::Work, Command::PauseWork, Command::StopWork, Command::ShowKeys],
            Place::Everywhere | Place::Start | Place::Inventory => &[
                Command::ShowStart,
                Command::ShowInventory,
                Command::ShowScan,
                Command::ShowCheck,
                Command::ShowSearch,
                Command::ShowPalette,
                Command::SwitchLanguage,
                Command::SwitchTheme,
                Command::ShowKeys,
            ],
        };
        Panel::bottom("status").exact_size(28.0).resizable(false).frame(frame).show(ui, |ui| {
            ui.horizontal_centered(|ui| {
                for command in shown {
                    parts::keycap(ui, &command.cap(&self.texts));
                    ui.label(RichText::new(self.texts.get(command.label())).small().color(t.text2));
                }
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    let now = self.station.session.clock.now();
                    ui.label(RichText::new(now.time_vietnam()).small().color(t.text2));
                    ui.ctx().request_repaint_after(std::time::Duration::from_millis(now.until_next_minute()));
                    ui.label(RichText::new(&self.station.session.station).small().color(t.text2));
                    let works = self.mill.running.as_ref().and_then(|running| running.step);
                    let is_paused = self.mill.running.as_ref().is_some_and(|running| running.is_paused());
                    let words = match works {
                        _ if is_paused => Some(self.texts.get("ui-work-paused")),
                        _ if self.feeder.is_running() => Some(self.texts.get("ui-feeding")),
                        Some((_, done, all)) => {
                            Some(self.texts.say("ui-working", &[("done", done.into()), ("all", all.into())]))
                        }
                        None => self.mill.running.as_ref().map(|_| self.texts.get("ui-phase-begins")),
                    };
                    if let Some(words) = words {
                        ui.label(RichText::new(words).small().color(t.text2));
                        Mark::Running.show(ui, t.panel);
                    }
                });
            });
        });
    }

    /// What stands above every screen: the palette, and an inventory that is to be taken.
    fn questions(&mut self, ui: &Ui, acts: &mut Vec<Act>) {
        let place = self.place();
        let snapshot = match &self.known {
            Known::Read(snapshot) => Some(&**snapshot),
            Known::Waiting | Known::Failed(_) => None,
        };
        if let Some(state) = &mut self.palette
            && let Some(act) = palette::show(ui, &self.texts, place, snapshot, state)
        {
            self.palette = None;
            acts.extend(act);
        }
        let Some(state) = &mut self.import else { return };
        match inventory_import::show(ui, &self.texts, state) {
            Some(inventory_import::Choice::Leave) => self.import = None,
            Some(inventory_import::Choice::Preview(path)) => self.reader.inventory(path, false, &self.texts),
            Some(inventory_import::Choice::Take(path)) => self.reader.inventory(path, true, &self.texts),
            None => {}
        }
    }

    /// The sheet of keys: those of this screen, then those that hold everywhere.
    fn keys(&mut self, ui: &Ui) {
        let ctx = ui.ctx();
        let texts = self.texts.clone();
        let place = self.place();
        let shown = Modal::new(egui::Id::unique("keys")).frame(parts::modal(ui)).show(ctx, |ui| {
            ui.set_width(560.0);
            ui.heading(texts.get("ui-keys"));
            let all = Command::of(place).iter().filter(|_| place != Place::Everywhere).chain(&Command::EVERYWHERE);
            let all: Vec<&Command> = all.collect();
            let half = all.len().div_ceil(2);
            ui.spacing_mut().item_spacing = vec2(24.0, 2.0);
            ui.spacing_mut().interact_size.y = 28.0;
            let room = (ctx.content_rect().height() - 180.0).max(200.0);
            // As high as its lines from the first frame on, for the room of a question grows with what is in it.
            let lines = half as f32 * (ui.spacing().interact_size.y + ui.spacing().item_spacing.y);
            let area = ScrollArea::vertical().id_salt("keys").max_height(room).min_scrolled_height(room.min(lines));
            area.show(ui, |ui| {
                ui.columns(2, |columns| {
                    for (at, command) in all.iter().enumerate() {
                        let column = &mut columns[at / half];
                        column.horizontal(|ui| {
                            ui.label(format!("{}  {}", char::from(command.icon()), texts.get(command.label())));
                            let right = Layout::right_to_left(Align::Center);
                            ui.with_layout(right, |ui| parts::keycap(ui, &command.cap(&texts)));
                        });
                    }
                });
            });
        });
        self.shows_keys = !shown.should_close();
    }

    /// Says something for a few seconds.
    fn say(&mut self, words: String, ctx: &Context) {
        self.remark = Some((words, ctx.input(|input| input.time) + REMARK));
    }

    /// What was done last and can be undone, for a few seconds above the status line.
    fn remark(&mut self, ctx: &Context) {
        let Some((words, until)) = &self.remark else { return };
        let left = until - ctx.input(|input| input.time);
        if left <= 0.0 {
            self.remark = None;
            return;
        }
        ctx.request_repaint_after(std::time::Duration::from_secs_f64(left));
        let t = tokens(ctx);
        let area = Area::new(egui::Id::unique("remark")).order(Order::Foreground).interactable(false);
        area.anchor(Align2::CENTER_BOTTOM, vec2(0.0, -110.0)).show(ctx, |ui| {
            Frame::new().fill(t.rail).corner_radius(6).inner_margin(Margin::symmetric(14, 8)).show(ui, |ui| {
                ui.add(egui::Label::new(RichText::new(words).color(t.on_dark)).extend());
            });
        });
    }
}

impl eframe::App for App {
    /// Where a compositor is late, eframe goes through this and draws nothing. What comes of that names no field, which
    /// its backend takes for the end of all typing: a word that an input method composes would be cut.
    fn logic(&mut self, ctx: &Context, _: &mut eframe::Frame) {
        ctx.output_mut(|output| output.ime = self.typing_in);
    }

    fn ui(&mut self, ui: &mut Ui, _: &mut eframe::Frame) {
        ui.ctx().output_mut(|output| output.ime = None);
        self.frame(ui);
        let named = ui.ctx().output(|output| output.ime);
        self.typing_in = named.map(|field| IMEOutput { should_interrupt_composition: false, ..field });
    }

    fn on_exit(&mut self, _: Option<&eframe::glow::Context>) {
        self.keep_drafts_now();
    }
}

/// Whether a question stands above the screen.
fn is_covered(ctx: &Context) -> bool {
    ctx.memory(|memory| memory.top_modal_layer().is_some())
}

/// A failure in a line: what happened, and what to do.
fn told(failure: &Failure) -> String {
    format!("{} {}", failure.sentence, failure.hint)
}

/// Makes all of the window larger or smaller by so many percent.
fn zoom(ctx: &Context, by: i32) {
    let percent = (ctx.zoom_factor() * 100.0).round() as i32 + by;
    ctx.set_zoom_factor(percent.clamp(90, 200) as f32 / 100.0);
}

/// A lot of dossiers in words.
fn words_of(lot: &Lot, texts: &Texts) -> String {
    match lot {
        Lot::Figure(Figure { part: figures::Part::State(state), .. }) => texts.get(&format!("state-{}", state.word())),
        Lot::Figure(Figure { scope: Scope::Week(week), .. }) => texts.say("ui-lot-week", &[("week", week.into())]),
        Lot::Figure(Figure { scope: Scope::Target(name), part }) => {
            let id = match part {
                figures::Part::Done => "ui-lot-target-done",
                figures::Part::NotDone => "ui-lot-target-rest",
                _ => "ui-lot-target",
            };
            texts.say(id, &[("name", name.into())])
        }
        Lot::Figure(Figure { scope: Scope::Fonds(name), .. }) if name.is_empty() => texts.get("ui-no-fonds"),
        Lot::Figure(Figure { scope: Scope::Fonds(name), .. }) => name.clone(),
        Lot::Figure(_) => texts.get("ui-progress"),
        Lot::Hour(hour) => texts.say("ui-lot-hour", &[("hour", (*hour).into())]),
        Lot::Unsent => texts.get("ui-unsynced"),
        Lot::Station(name) if name.is_empty() => texts.get("ui-unnamed-station"),
        Lot::Person(name) | Lot::Station(name) => texts.say("ui-lot-lately", &[("name", name.into())]),
        Lot::Rejection(reason) => texts.say("ui-lot-rejection", &[("reason", reason.into())]),
    }
}

/// Whether the paper of the dossier may go back, at the head of every screen.
fn pill(ui: &mut Ui, texts: &Texts, dossier: &Dossier) {
    let t = tokens(ui.ctx());
    let (is_free, words, why) = scan::refile_words(texts, dossier);
    let (mark, state) = if is_free { (Mark::Safe, t.safe) } else { (Mark::Unsaved, t.unsaved) };
    let galley = ui.painter().layout_no_wrap(words.clone(), theme::semibold(13.0), state.fg);
    let (rect, response) = ui.allocate_exact_size(vec2(galley.size().x + 48.0, 30.0), Sense::hover());
    ui.painter().rect_filled(rect, 15.0, state.soft);
    mark.paint(ui, pos2(rect.left() + 20.0, rect.center().y), state.soft);
    ui.painter().galley(pos2(rect.left() + 36.0, rect.center().y - galley.size().y / 2.0), galley, state.fg);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &words));
    let why = why.join(" · ");
    response.on_hover_text(format!("{} · {why}", dossier.code));
}

fn rail_item(ui: &mut Ui, texts: &Texts, command: Command, is_selected: bool, badge: usize) -> bool {
    let t = tokens(ui.ctx());
    // Where the window is low there is room for the signs alone.
    let room = (ui.ctx().content_rect().height() - 16.0) / RAIL - 2.0;
    let is_worded = room >= 50.0;
    let height = room.clamp(30.0, if is_worded { 55.0 } else { 38.0 });
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::click());
    let painter = ui.painter();
    if is_selected || response.hovered() || response.has_focus() {
        painter.rect_filled(rect, 6.0, t.rail_selected);
    }
    if is_selected {
        let strip = Rect::from_min_size(pos2(rect.left() - 4.0, rect.top() + 16.0), vec2(3.0, rect.height() - 32.0));
        painter.rect_filled(strip, 1.0, t.focus);
    }
    let colour = if is_selected { t.on_dark } else { t.rail_text };
    let (icon, word) = (pos2(rect.center().x, rect.top() + 19.0), pos2(rect.center().x, rect.top() + 41.0));
    painter.text(icon, Align2::CENTER_CENTER, char::from(command.icon()), FontId::proportional(20.0), colour);
    let label = texts.get(command.label());
    if is_worded {
        painter.text(word, Align2::CENTER_CENTER, &label, FontId::proportional(12.0), colour);
    }
    if badge > 0 {
        let words = if badge > 99 { "99+".to_owned() } else { badge.to_string() };
        let galley = painter.layout_no_wrap(words, theme::semibold(12.0), t.warn.fg);
        let size = vec2((galley.size().x + 10.0).max(20.0), 18.0);
        let place = Rect::from_center_size(icon + vec2(20.0, -6.0), size);
        painter.rect_filled(place, 9.0, t.warn.soft);
        painter.galley(place.center() - galley.size() / 2.0, galley, t.warn.fg);
    }
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_selected, &label));
    response.on_hover_text(format!("{label}  {}", command.cap(texts))).clicked()
}

/// What a person does about an archive that can't be read.
enum WayOn {
    /// It is read again.
    Again,
    /// Its catalog is made again from the folder.
    Rebuild,
}

/// Three lines: what happened, what is safe, what to do next; and the ways on.
fn failed(ui: &mut Ui, texts: &Texts, unread: &Unread, rebuilds: bool) -> Option<WayOn> {
    let t = tokens(ui.ctx());
    let failure = &unread.failure;
    let card = parts::card(ui).inner_margin(Margin::same(16)).stroke(Stroke::new(1.0, t.reject.fg));
    let shown = card.show(ui, |ui| {
        ui.horizontal(|ui| {
            Mark::Reject.show(ui, t.surface);
            ui.label(RichText::new(&failure.sentence).font(theme::semibold(16.0)));
        });
        ui.label(RichText::new(texts.get("ui-data-untouched")).color(t.text2));
        let what = match unread.may_be_rebuilt {
            true => texts.get("ui-rebuild-what"),
            false => failure.hint.clone(),
        };
        ui.label(RichText::new(what).color(t.text2));
        ui.add_space(8.0);
        ui.horizontal(|ui| {
            let mut way = None;
            if unread.may_be_rebuilt {
                let word = texts.get(if rebuilds { "ui-rebuilding" } else { "ui-rebuild" });
                if parts::Action::new(&word, "").primary().enabled(!rebuilds).show(ui, None).clicked() {
                    way = Some(WayOn::Rebuild);
                }
            }
            let word = texts.get("ui-refresh");
            if parts::Action::new(&word, Command::Refresh.cap(texts).as_ref())
                .enabled(!rebuilds)
                .show(ui, None)
                .clicked()
            {
                way = Some(WayOn::Again);
            }
            way
        })
        .inner
    });
    shown.inner
}
