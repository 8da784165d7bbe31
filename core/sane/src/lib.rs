//! SANE, safely: the devices of this machine and its network, their options, and the pages that they give.
//!
//! SANE knows no threads and one user a process, so [`Sane`] exists once and stays on its thread; a [`Scanner`] borrows it,
//! and what is used after its end does not compile. Backends are code of other people: what
//! they answer is bounded and never trusted, but they run in this process and may still take it down, so this crate belongs
//! into a worker process.

#![expect(unsafe_code, reason = "libsane is a C library; everything unsafe is in this file and in ffi.rs")]

mod ffi;
mod option;

use std::ffi::{CStr, CString, c_char, c_int};
use std::marker::PhantomData;
use std::sync::atomic::{AtomicBool, Ordering};

pub use option::{Constraint, Kind, OptionInfo, Unit, Value};

/// The most devices that are listed.
const MOST_DEVICES: usize = 256;
/// The most options of a device.
const MOST_OPTIONS: i32 = 1_000;
/// Bytes of the value of an option, at most.
const LARGEST_VALUE: usize = 1 << 20;
/// Bytes of a line of pixels, at most: A0 at 1 200 dpi in colour of 16 bits fits in it.
const LONGEST_LINE: usize = 1 << 20;

/// What a backend says went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The operation is not supported.
    Unsupported,
    /// It was cancelled.
    Cancelled,
    /// Somebody else uses the device.
    Busy,
    /// A name, a value or a state is invalid; a device that is not there, too.
    Invalid,
    /// Paper is jammed.
    Jammed,
    /// The feeder is empty.
    NoDocs,
    /// The cover is open.
    CoverOpen,
    /// Talking to the device failed.
    Io,
    /// Memory ran out.
    NoMemory,
    /// Access is denied.
    Denied,
    /// The lamp is warming up.
    WarmingUp,
    /// Something else.
    Other(i32),
}

/// Why SANE could not do its work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SaneError {
    /// The backend says so.
    #[error("{call}: {fault:?}")]
    Backend {
        /// The call of the interface.
        call: &'static str,
        /// What it says.
        fault: Fault,
    },
    /// SANE is open in this process already.
    #[error("SANE is open in this process already")]
    AlreadyOpen,
    /// The device has no such option, or it is not active.
    #[error("the device has no option {0}")]
    NoOption(String),
    /// The option takes no value of this kind.
    #[error("the option {0} does not take this value")]
    BadValue(String),
    /// The backend contradicts the standard.
    #[error("the backend breaks the SANE standard: {0}")]
    Protocol(&'static str),
}

fn check(call: &'static str, status: c_int) -> Result<(), SaneError> {
    let fault = match status {
        ffi::GOOD => return Ok(()),
        1 => Fault::Unsupported,
        2 => Fault::Cancelled,
        3 => Fault::Busy,
        4 => Fault::Invalid,
        6 => Fault::Jammed,
        ffi::NO_DOCS => Fault::NoDocs,
        8 => Fault::CoverOpen,
        9 => Fault::Io,
        10 => Fault::NoMemory,
        11 => Fault::Denied,
        12 => Fault::WarmingUp,
        other => Fault::Other(other),
    };
    Err(SaneError::Backend { call, fault })
}

/// A text of a backend; empty if there is none.
fn text(pointer: *const c_char) -> String {
    if pointer.is_null() {
        return String::new();
    }
    // SAFETY: not null; SANE gives texts that end with zero and live as long as the descriptor they came with.
    unsafe { CStr::from_ptr(pointer) }.to_string_lossy().into_owned()
}

static IS_OPEN: AtomicBool = AtomicBool::new(false);

/// SANE, open: one in a process, and on the thread that opened it.
pub struct Sane {
    /// Neither `Send` nor `Sync`.
    on_its_thread: PhantomData<*mut ()>,
}

/// A device as SANE lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// The name by which it is opened, e.g. `epsonscan2:ES-60W:001`.
    pub name: String,
    /// Its maker.
    pub vendor: String,
    /// Its model.
    pub model: String,
    /// What it is, e.g. `flatbed scanner`.
    pub kind: String,
}

impl Sane {
    /// Opens SANE; the folder of its configuration is what `SANE_CONFIG_DIR` says, as for any program that uses it.
    ///
    /// # Errors
    /// [`SaneError::AlreadyOpen`], and what `sane_init` says.
    pub fn open() -> Result<Self, SaneError> {
        if IS_OPEN.swap(true, Ordering::SeqCst) {
            return Err(SaneError::AlreadyOpen);
        }
        let mut version = 0;
        // SAFETY: nobody else is in the library (checked above); the place for the version is valid, no callback is given.
        let opened = check("sane_init", unsafe { ffi::sane_init(&raw mut version, None) });
        if let Err(error) = opened {
            IS_OPEN.store(false, Ordering::SeqCst);
            return Err(error);
        }
        Ok(Self { on_its_thread: PhantomData })
    }

    /// The devices that are there now, those of the network among them, which may take seconds.
    ///
    /// # Errors
    /// What `sane_get_devices` says.
    pub fn devices(&self) -> Result<Vec<Device>, SaneError> {
        let mut list = std::ptr::null();
        // SAFETY: SANE is open; the place for the list is valid.
        check("sane_get_devices", unsafe { ffi::sane_get_devices(&raw mut list, 0) })?;
        let mut devices = Vec::new();
        // SAFETY: the list ends with a null pointer and lives until the next call; each entry points to a device.
        unsafe {
            while !list.is_null() && !(*list).is_null() && devices.len() < MOST_DEVICES {
                let device = &**list;
                devices.push(Device {
                    name: text(device.name),
                    vendor: text(device.vendor),
                    model: text(device.model),
                    kind: text(device.kind),
                });
                list = list.add(1);
            }
        }
        Ok(devices)
    }

    /// Opens a device by its name.
    ///
    /// # Errors
    /// [`Fault::Invalid`] or [`Fault::Io`] if there is none, [`Fault::Busy`], [`Fault::Denied`].
    pub fn scanner(&self, name: &str) -> Result<Scanner<'_>, SaneError> {
        let name = CString::new(name).map_err(|_| SaneError::BadValue("device".to_owned()))?;
        let mut handle = std::ptr::null_mut();
        // SAFETY: SANE is open; the name ends with zero; the place for the handle is valid.
        check("sane_open", unsafe { ffi::sane_open(name.as_ptr(), &raw mut handle) })?;
        let mut scanner = Scanner { handle, options: Vec::new(), is_started: false, page: None, sane: PhantomData };
        scanner.reload()?;
        Ok(scanner)
    }
}

impl Drop for Sane {
    fn drop(&mut self) {
        // SAFETY: SANE is open, and every scanner that borrowed it is closed.
        unsafe { ffi::sane_exit() };
        IS_OPEN.store(false, Ordering::SeqCst);
    }
}

/// An open device.
pub struct Scanner<'s> {
    handle: ffi::Handle,
    options: Vec<OptionInfo>,
    is_started: bool,
    page: Option<Page>,
    sane: PhantomData<&'s Sane>,
}

/// What a page is before its pixels come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// Pixels of a line.
    pub width: usize,
    /// Lines; `None` if the device learns them as it goes.
    pub height: Option<usize>,
    /// Bits a sample: 1, 8 or 16.
    pub depth: usize,
    /// Three samples a pixel (red, green, blue), not one (grey; of one bit, 1 is black).
    pub is_color: bool,
}

impl Frame {
    /// Bytes of a line without padding.
    pub fn line_bytes(&self) -> usize {
        (self.width * self.depth * if self.is_color { 3 } else { 1 }).div_ceil(8)
    }
}

impl Scanner<'_> {
    /// The options of the device as they stand now.
    pub fn options(&self) -> &[OptionInfo] {
        &self.options
    }

    /// An active option by its name.
    pub fn option(&self, name: &str) -> Option<&OptionInfo> {
        self.options.iter().find(|option| option.name == name && option.is_active && option.kind != Kind::Group)
    }

    fn reload(&mut self) -> Result<(), SaneError> {
        let mut count: ffi::Word = 0;
        // SAFETY: the handle is open; option 0 is a number of one word.
        let counted = unsafe {
            ffi::sane_control_option(self.handle, 0, ffi::GET, (&raw mut count).cast(), std::ptr::null_mut())
        };
        check("sane_control_option", counted)?;
        self.options.clear();
        for index in 1..count.min(MOST_OPTIONS) {
            // SAFETY: the handle is open; a descriptor lives until the options are loaded anew, and is copied at once.
            let descriptor = unsafe { ffi::sane_get_option_descriptor(self.handle, index).as_ref() };
            if let Some(descriptor) = descriptor {
                self.options.push(option::read(index, descriptor));
            }
        }
        Ok(())
    }

    /// The value of an option.
    ///
    /// # Errors
    /// [`SaneError::NoOption`], [`SaneError::BadValue`] for a button, and what the backend says.
    pub fn get(&self, name: &str) -> Result<Value, SaneError> {
        let option = self.option(name).ok_or_else(|| SaneError::NoOption(name.to_owned()))?;
        let mut buffer = words(option)?;
        // SAFETY: the handle is open; the buffer has the size that the option states.
        let got = unsafe {
            let value = buffer.as_mut_ptr().cast();
            ffi::sane_control_option(self.handle, option.index, ffi::GET, value, std::ptr::null_mut())
        };
        check("sane_control_option", got)?;
        option::value_of(option, &buffer).ok_or_else(|| SaneError::BadValue(name.to_owned()))
    }

    /// Sets an option and says what the device made of it: the same value, or the one it was rounded to.
    ///
    /// # Errors
    /// [`SaneError::NoOption`], [`SaneError::BadValue`], and what the backend says.
    pub fn set(&mut self, name: &str, value: &Value) -> Result<Value, SaneError> {
        let option = self.option(name).ok_or_else(|| SaneError::NoOption(name.to_owned()))?;
        let mut buffer = words(option)?;
        option::put(option, value, &mut buffer).ok_or_else(|| SaneError::BadValue(name.to_owned()))?;
        let mut info: ffi::Word = 0;
        // SAFETY: the handle is open; the buffer has the size that the option states, since a backend may write into it.
        let set = unsafe {
            let value = buffer.as_mut_ptr().cast();
            ffi::sane_control_option(self.handle, option.index, ffi::SET, value, &raw mut info)
        };
        check("sane_control_option", set)?;
        if info & ffi::RELOAD_OPTIONS != 0 {
            self.reload()?;
        }
        if info & ffi::INEXACT != 0 { self.get(name) } else { Ok(value.clone()) }
    }

    /// Starts the next page; `None` when the feeder is empty, which ends the batch.
    ///
    /// Between the pages of a batch nothing is cancelled: feeders would drop the rest of their load. A page that was not
    /// read to its end breaks the batch off.
    ///
    /// # Errors
    /// What the backend says, which ends the batch; [`Fault::Unsupported`] for scanners that pass three times.
    pub fn next_page(&mut self) -> Result<Option<Frame>, SaneError> {
        if self.page.take().is_some() {
            self.end_batch();
        }
        self.is_started = true;
        // SAFETY: the handle is open.
        match check("sane_start", unsafe { ffi::sane_start(self.handle) }) {
            Ok(()) => {}
            Err(SaneError::Backend { fault: Fault::NoDocs, .. }) => {
                self.end_batch();
                return Ok(None);
            }
            Err(error) => {
                self.end_batch();
                return Err(error);
            }
        }
        match self.frame() {
            Ok((frame, stored_line)) => {
                self.page = Some(Page { stored_line, line: frame.line_bytes(), at: 0 });
                Ok(Some(frame))
            }
            Err(error) => {
                self.end_batch();
                Err(error)
            }
        }
    }

    /// Reads what there is of the page, without the padding of lines; samples of 16 bits come as this machine orders their
    /// bytes. 0 says that the page is whole, or that there is none.
    ///
    /// # Errors
    /// What the backend says, which ends the batch.
    pub fn read(&mut self, buffer: &mut [u8]) -> Result<usize, SaneError> {
        while let Some(page) = &mut self.page {
            let mut length: ffi::Word = 0;
            let most = c_int::try_from(buffer.len()).unwrap_or(c_int::MAX);
            // SAFETY: the handle is open and started; the buffer has room for `most` bytes.
            let status = unsafe { ffi::sane_read(self.handle, buffer.as_mut_ptr(), most, &raw mut length) };
            if status == ffi::EOF {
                self.page = None;
                break;
            }
            if let Err(error) = check("sane_read", status) {
                self.end_batch();
                return Err(error);
            }
            let length = usize::try_from(length).unwrap_or(0).min(buffer.len());
            let kept = page.without_padding(&mut buffer[..length]);
            if kept > 0 {
                return Ok(kept);
            }
        }
        Ok(0)
    }

    fn frame(&mut self) -> Result<(Frame, usize), SaneError> {
        let mut parameters = ffi::Parameters::default();
        // SAFETY: the handle is open; the place for the parameters is valid.
        check("sane_get_parameters", unsafe { ffi::sane_get_parameters(self.handle, &raw mut parameters) })?;
        if parameters.format > ffi::RGB || parameters.format < 0 {
            return Err(SaneError::Backend { call: "sane_get_parameters", fault: Fault::Unsupported });
        }
        let size = |value: ffi::Word| usize::try_from(value).ok().filter(|size| *size > 0);
        let (Some(width), Some(stored_line)) = (size(parameters.pixels_per_line), size(parameters.bytes_per_line))
        else {
            return Err(SaneError::Protocol("a line without pixels"));
        };
        let depth = match parameters.depth {
            1 => 1,
            8 => 8,
            16 => 16,
            _ => return Err(SaneError::Protocol("samples that are not of 1, 8 or 16 bits")),
        };
        let frame = Frame { width, height: size(parameters.lines), depth, is_color: parameters.format == ffi::RGB };
        if stored_line > LONGEST_LINE || frame.line_bytes() > stored_line {
            return Err(SaneError::Protocol("a line that does not hold its pixels"));
        }
        Ok((frame, stored_line))
    }

    /// Ends the batch: once, whatever came before.
    pub fn end_batch(&mut self) {
        self.page = None;
        if std::mem::take(&mut self.is_started) {
            // SAFETY: the handle is open.
            unsafe { ffi::sane_cancel(self.handle) };
        }
    }
}

/// A buffer of the size of an option's value, in words so that numbers lie as they must.
fn words(option: &OptionInfo) -> Result<Vec<ffi::Word>, SaneError> {
    if option.size > LARGEST_VALUE {
        return Err(SaneError::Protocol("a value of more than a megabyte"));
    }
    Ok(vec![0; option.size.div_ceil(size_of::<ffi::Word>()).max(1)])
}

impl Drop for Scanner<'_> {
    fn drop(&mut self) {
        self.end_batch();
        // SAFETY: the handle is open and is closed once.
        unsafe { ffi::sane_close(self.handle) };
    }
}

/// A page whose pixels come.
struct Page {
    stored_line: usize,
    line: usize,
    /// Where in a stored line the next byte belongs.
    at: usize,
}

impl Page {
    /// Closes the gaps that padding leaves; says how many bytes are left at the start.
    fn without_padding(&mut self, bytes: &mut [u8]) -> usize {
        if self.stored_line == self.line {
            return bytes.len();
        }
        let mut kept = 0;
        for from in 0..bytes.len() {
            if self.at < self.line {
                bytes[kept] = bytes[from];
                kept += 1;
            }
            self.at = (self.at + 1) % self.stored_line;
        }
        kept
    }
}
