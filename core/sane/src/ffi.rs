//! `<sane/sane.h>` (SANE standard 1.06), declared by hand; the interface has not changed since 1.0.
//!
//! Enumerations are plain numbers: what a backend answers may be none of them. Only the parent module may call these.

use std::ffi::{c_char, c_int, c_void};

/// `SANE_Word`.
pub(super) type Word = c_int;

/// `SANE_Handle`.
pub(super) type Handle = *mut c_void;

/// `SANE_Device`.
#[repr(C)]
pub(super) struct Device {
    pub(super) name: *const c_char,
    pub(super) vendor: *const c_char,
    pub(super) model: *const c_char,
    pub(super) kind: *const c_char,
}

/// `SANE_Range`.
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct Range {
    pub(super) min: Word,
    pub(super) max: Word,
    pub(super) quant: Word,
}

/// What a constraint points to, by its type.
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) union Constraint {
    pub(super) strings: *const *const c_char,
    pub(super) words: *const Word,
    pub(super) range: *const Range,
}

/// `SANE_Option_Descriptor`.
#[repr(C)]
pub(super) struct OptionDescriptor {
    pub(super) name: *const c_char,
    pub(super) title: *const c_char,
    pub(super) desc: *const c_char,
    pub(super) kind: c_int,
    pub(super) unit: c_int,
    pub(super) size: Word,
    pub(super) cap: Word,
    pub(super) constraint_type: c_int,
    pub(super) constraint: Constraint,
}

/// `SANE_Parameters`.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub(super) struct Parameters {
    pub(super) format: c_int,
    pub(super) last_frame: Word,
    pub(super) bytes_per_line: Word,
    pub(super) pixels_per_line: Word,
    pub(super) lines: Word,
    pub(super) depth: Word,
}

/// `SANE_Auth_Callback`.
pub(super) type Auth = Option<unsafe extern "C" fn(*const c_char, *mut c_char, *mut c_char)>;

/// `SANE_STATUS_GOOD`.
pub(super) const GOOD: c_int = 0;
/// `SANE_STATUS_EOF`.
pub(super) const EOF: c_int = 5;
/// `SANE_STATUS_NO_DOCS`.
pub(super) const NO_DOCS: c_int = 7;
/// `SANE_ACTION_GET_VALUE`.
pub(super) const GET: c_int = 0;
/// `SANE_ACTION_SET_VALUE`.
pub(super) const SET: c_int = 1;
/// `SANE_INFO_INEXACT`.
pub(super) const INEXACT: Word = 1;
/// `SANE_INFO_RELOAD_OPTIONS`.
pub(super) const RELOAD_OPTIONS: Word = 2;
/// `SANE_CAP_SOFT_SELECT`.
pub(super) const SOFT_SELECT: Word = 1;
/// `SANE_CAP_SOFT_DETECT`.
pub(super) const SOFT_DETECT: Word = 4;
/// `SANE_CAP_INACTIVE`.
pub(super) const INACTIVE: Word = 32;
/// `SANE_FRAME_RGB`.
pub(super) const RGB: c_int = 1;
/// What 1 is in a `SANE_Fixed`.
pub(super) const FIXED_ONE: f64 = 65_536.0;

#[link(name = "sane")]
unsafe extern "C" {
    pub(super) fn sane_init(version: *mut Word, auth: Auth) -> c_int;
    pub(super) fn sane_exit();
    pub(super) fn sane_get_devices(list: *mut *const *const Device, local_only: Word) -> c_int;
    pub(super) fn sane_open(name: *const c_char, handle: *mut Handle) -> c_int;
    pub(super) fn sane_close(handle: Handle);
    pub(super) fn sane_get_option_descriptor(handle: Handle, option: Word) -> *const OptionDescriptor;
    pub(super) fn sane_control_option(
        handle: Handle,
        option: Word,
        action: c_int,
        value: *mut c_void,
        info: *mut Word,
    ) -> c_int;
    pub(super) fn sane_get_parameters(handle: Handle, parameters: *mut Parameters) -> c_int;
    pub(super) fn sane_start(handle: Handle) -> c_int;
    pub(super) fn sane_read(handle: Handle, data: *mut u8, most: Word, length: *mut Word) -> c_int;
    pub(super) fn sane_cancel(handle: Handle);
}
