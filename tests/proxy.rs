//! A faulty network: a proxy for HTTP on the loopback interface that loses, doubles, delays, reorders, cuts and refuses what
//! it is told to, one fault for each request, in the order of a list; without a list it passes everything on.
//!
//! Every request has a connection of its own to the server, so that an answer ends where the connection does.

use std::collections::{BTreeMap, VecDeque};
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Requests may be so long: a part and its head.
const LONGEST: usize = 9 << 20;
const LONGEST_HEAD: usize = 64 << 10;
/// After so long without a byte a connection is given up.
const PATIENCE: Duration = Duration::from_secs(120);

/// What happens to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It goes through.
    Pass,
    /// It is lost, and the connection breaks.
    Lost,
    /// It arrives; the answer is lost, and the connection breaks.
    AnswerLost,
    /// It is swallowed for some milliseconds, then the connection breaks.
    HoleUp(u16),
    /// It arrives; the answer is swallowed for some milliseconds, then the connection breaks.
    HoleDown(u16),
    /// It waits for some milliseconds.
    Delayed(u16),
    /// The half of it arrives, and the rest after some milliseconds.
    Halved(u16),
    /// It arrives twice, one after the other; the second answer counts.
    Doubled,
    /// It arrives twice at once; one answer counts.
    Raced,
    /// It arrives, and once more after some milliseconds, when others have passed it.
    Repeated(u16),
    /// It waits until another request has passed it, at most half a second.
    Overtaken,
    /// The half of it arrives.
    Truncated,
    /// A bit of the body is another when it arrives, at a place that the number tells; without a body it goes through.
    Flipped(u16),
    /// So many bytes of the answer arrive.
    Cut(u16),
    /// The proxy answers in the server's place: 500 or 503.
    Answered(u16),
}

impl Fault {
    /// Its kind, in a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Lost => "request lost",
            Self::AnswerLost => "answer lost",
            Self::HoleUp(_) => "black hole up",
            Self::HoleDown(_) => "black hole down",
            Self::Delayed(_) => "delayed",
            Self::Halved(_) => "request in two halves",
            Self::Doubled => "doubled",
            Self::Raced => "doubled at once",
            Self::Repeated(_) => "repeated late",
            Self::Overtaken => "reordered",
            Self::Truncated => "request truncated",
            Self::Flipped(_) => "bit of a body flipped",
            Self::Cut(_) => "answer cut",
            Self::Answered(500) => "answered 500",
            Self::Answered(_) => "answered 503",
        }
    }
}

/// A proxy that runs until it is dropped.
#[derive(Debug)]
pub struct Proxy {
    inner: Arc<Inner>,
    /// Its address.
    pub url: String,
}

#[derive(Debug)]
struct Inner {
    state: Mutex<State>,
    changed: Condvar,
    over: AtomicBool,
}

#[derive(Debug, Default)]
struct State {
    targets: Vec<String>,
    faults: VecDeque<Fault>,
    /// What happens to the next request whose method and path end so.
    aimed: Vec<(String, Fault)>,
    /// Requests that came.
    came: u64,
    /// Requests that were done with.
    done: u64,
    /// Counted up when held requests are to go on at once.
    heals: u64,
    /// Requests of which the first half was sent on.
    halves: u64,
    log: Vec<String>,
    /// How requests with a flipped bit were answered, by their method and path.
    flipped: Vec<(String, Option<u16>)>,
    counts: BTreeMap<&'static str, u64>,
}

impl Proxy {
    /// A proxy before some servers, which take turns.
    pub fn before(targets: &[&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let inner = Inner { state: Mutex::default(), changed: Condvar::new(), over: AtomicBool::new(false) };
        let proxy = Self { inner: Arc::new(inner), url };
        proxy.aim(targets);
        let inner = Arc::clone(&proxy.inner);
        std::thread::spawn(move || {
            for client in listener.incoming() {
                if inner.over.load(Ordering::SeqCst) {
                    return;
                }
                let (Ok(client), inner) = (client, Arc::clone(&inner)) else { continue };
                // What breaks breaks for the client, which sees it.
                std::thread::spawn(move || drop(inner.serve(client)));
            }
        });
        proxy
    }

    /// The servers from now on.
    pub fn aim(&self, targets: &[&str]) {
        self.inner.lock().targets = targets.iter().map(|url| url.trim_start_matches("http://").to_owned()).collect();
    }

    /// What happens to the next requests.
    pub fn plan(&self, faults: impl IntoIterator<Item = Fault>) {
        self.inner.lock().faults.extend(faults);
    }

    /// What happens to the next request whose method and path end in some way.
    pub fn plan_for(&self, ending: &str, fault: Fault) {
        self.inner.lock().aimed.push((ending.to_owned(), fault));
    }

    /// From now on everything passes, and what was held goes on.
    pub fn heal(&self) {
        let mut state = self.inner.lock();
        state.faults.clear();
        state.aimed.clear();
        state.heals += 1;
        drop(state);
        self.inner.changed.notify_all();
    }

    /// Of how many requests the first half was sent on.
    pub fn halves(&self) -> u64 {
        self.inner.lock().halves
    }

    /// The requests that came so far: method and path.
    pub fn log(&self) -> Vec<String> {
        self.inner.lock().log.clone()
    }

    /// How requests were answered of which a bit was flipped; none where no answer came.
    pub fn flipped(&self) -> Vec<(String, Option<u16>)> {
        self.inner.lock().flipped.clone()
    }

    /// How often each kind of fault happened.
    pub fn counts(&self) -> BTreeMap<&'static str, u64> {
        self.inner.lock().counts.clone()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.heal();
        self.inner.over.store(true, Ordering::SeqCst);
        // The thread that waits for connections sees that it is over.
        drop(TcpStream::connect(self.url.trim_start_matches("http://")));
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(self: &Arc<Self>, mut client: TcpStream) -> io::Result<()> {
        client.set_read_timeout(Some(PATIENCE))?;
        let Some(request) = read_request(&mut client)? else { return Ok(()) };
        let (fault, target) = self.next(&request);
        let answer = match fault {
            Fault::Pass => self.pass(&target, &request),
            Fault::Lost => Ok(Vec::new()),
            Fault::AnswerLost => self.pass(&target, &request).map(|_| Vec::new()),
            Fault::HoleUp(time) => {
                self.hold(time);
                Ok(Vec::new())
            }
            Fault::HoleDown(time) => self.pass(&target, &request).map(|_| {
                self.hold(time);
                Vec::new()
            }),
            Fault::Delayed(time) => {
                self.hold(time);
                self.pass(&target, &request)
            }
            Fault::Halved(time) => self.pass_in_halves(&target, &request, time),
            Fault::Doubled => {
                let _ = self.pass(&target, &request);
                self.pass(&target, &request)
            }
            Fault::Raced | Fault::Repeated(_) => {
                let (inner, again, to) = (Arc::clone(self), request.clone(), target.clone());
                std::thread::spawn(move || {
                    if let Fault::Repeated(time) = fault {
                        inner.hold(time);
                    }
                    let _ = inner.pass(&to, &again);
                });
                self.pass(&target, &request)
            }
            Fault::Overtaken => {
                self.let_pass();
                self.pass(&target, &request)
            }
            Fault::Truncated => {
                let mut server = TcpStream::connect(&target)?;
                server.write_all(&request[..request.len() / 2])?;
                server.shutdown(Shutdown::Both).map(|()| Vec::new())
            }
            Fault::Flipped(place) => {
                let (sent, is_other) = flip(&request, place);
                let answer = self.pass(&target, &sent);
                if is_other {
                    let status = answer.as_ref().ok().and_then(|answer| status(answer));
                    self.lock().flipped.push((first_line(&request), status));
                }
                answer
            }
            Fault::Cut(bytes) => self.pass(&target, &request).map(|mut answer| {
                answer.truncate(bytes.into());
                answer
            }),
            Fault::Answered(status) => {
                let head = "retry-after: 1\r\nconnection: close\r\ncontent-length: 0";
                Ok(format!("HTTP/1.1 {status} Not now\r\n{head}\r\n\r\n").into_bytes())
            }
        };
        self.lock().done += 1;
        self.changed.notify_all();
        client.write_all(&answer?)?;
        client.shutdown(Shutdown::Both)
    }

    /// The fault of a request and the server that gets it.
    fn next(&self, request: &[u8]) -> (Fault, String) {
        let mut state = self.lock();
        let line = first_line(request);
        let fault = match state.aimed.iter().position(|(ending, _)| line.ends_with(ending.as_str())) {
            Some(place) => state.aimed.remove(place).1,
            None => state.faults.pop_front().unwrap_or(Fault::Pass),
        };
        state.came += 1;
        *state.counts.entry(fault.word()).or_default() += 1;
        state.log.push(line);
        let turn = usize::try_from(state.came).unwrap_or(0) % state.targets.len().max(1);
        (fault, state.targets.get(turn).cloned().unwrap_or_default())
    }

    /// Waits, or until it is healed.
    fn hold(&self, milliseconds: u16) {
        let state = self.lock();
        let heals = state.heals;
        let time = Duration::from_millis(milliseconds.into());
        drop(self.changed.wait_timeout_while(state, time, |state| state.heals == heals));
    }

    /// Waits until another request is done with, or it is healed.
    fn let_pass(&self) {
        let state = self.lock();
        let (heals, done) = (state.heals, state.done);
        let waits = |state: &mut State| state.heals == heals && state.done == done;
        drop(self.changed.wait_timeout_while(state, Duration::from_millis(500), waits));
    }

    fn pass(&self, target: &str, request: &[u8]) -> io::Result<Vec<u8>> {
        self.pass_in_halves(target, request, 0)
    }

    fn pass_in_halves(&self, target: &str, request: &[u8], milliseconds: u16) -> io::Result<Vec<u8>> {
        let mut server = TcpStream::connect(target)?;
        server.set_read_timeout(Some(PATIENCE))?;
        let (first, rest) = request.split_at(if milliseconds > 0 { request.len() / 2 } else { 0 });
        server.write_all(first)?;
        if milliseconds > 0 {
            self.lock().halves += 1;
            self.hold(milliseconds);
        }
        server.write_all(rest)?;
        let mut answer = Vec::new();
        server.read_to_end(&mut answer)?;
        Ok(answer)
    }
}

/// Method and path of a request.
fn first_line(request: &[u8]) -> String {
    let line = request.split(|byte| *byte == b'\r').next().unwrap_or_default();
    String::from_utf8_lossy(line).trim_end_matches(" HTTP/1.1").to_owned()
}

/// The status of an answer.
fn status(answer: &[u8]) -> Option<u16> {
    let line = answer.split(|byte| *byte == b'\r').next()?;
    String::from_utf8_lossy(line).split(' ').nth(1)?.parse().ok()
}

/// A request with one bit of its body changed; the same if it has none.
fn flip(request: &[u8], place: u16) -> (Vec<u8>, bool) {
    let mut bytes = request.to_vec();
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").map_or(bytes.len(), |end| end + 4);
    let body = &mut bytes[end..];
    let length = body.len();
    if length == 0 {
        return (bytes, false);
    }
    body[usize::from(place) * 7919 % length] ^= 1 << (place % 8);
    (bytes, true)
}

/// A request with its body, which has a length; asks for an end of the connection. None at the end of a connection.
fn read_request(client: &mut TcpStream) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    let mut buffer = vec![0; 64 << 10];
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        let count = client.read(&mut buffer)?;
        if count == 0 {
            return Ok(None);
        }
        bytes.extend_from_slice(&buffer[..count]);
        if bytes.len() > LONGEST_HEAD + buffer.len() {
            return Err(io::ErrorKind::InvalidData.into());
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let field =
        |line: &str, name: &str| line.split_once(':').is_some_and(|(field, _)| field.eq_ignore_ascii_case(name));
    let length = head.lines().find(|line| field(line, "content-length")).and_then(|line| line.split_once(':'));
    let length: usize = length.map_or(Ok(0), |(_, number)| number.trim().parse()).map_err(io::Error::other)?;
    if length > LONGEST {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut body = bytes.split_off(end);
    while body.len() < length {
        let count = client.read(&mut buffer)?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        body.extend_from_slice(&buffer[..count]);
    }
    let kept = head.trim_end().split("\r\n").filter(|line| !field(line, "connection")).collect::<Vec<_>>();
    let head = format!("{}\r\nconnection: close\r\n\r\n", kept.join("\r\n"));
    Ok(Some([head.as_bytes(), &body].concat()))
}
