//! The part of Tesseract's `capi.h` (5.x) that recognition needs, declared by hand.
//!
//! Every signature was compared with `/usr/include/tesseract/capi.h` of 5.3.0. Only [`super`] may call these.

use std::ffi::{c_char, c_float, c_int, c_uchar};

/// `BOOL` of the header: zero is false.
pub(super) type Bool = c_int;

/// One recognition handle; not to be used by two threads at a time.
#[repr(C)]
pub(super) struct TessBaseAPI {
    _opaque: [u8; 0],
}

/// A place in the results; dies with the results of its handle.
#[repr(C)]
pub(super) struct TessResultIterator {
    _opaque: [u8; 0],
}

/// The same place, seen as a place on the page; owned by its result iterator.
#[repr(C)]
pub(super) struct TessPageIterator {
    _opaque: [u8; 0],
}

/// Progress and deadline of a recognition.
#[repr(C)]
pub(super) struct EtextDesc {
    _opaque: [u8; 0],
}

/// `OEM_TESSERACT_ONLY`: the classic engine, which orientation detection needs.
pub(super) const OEM_TESSERACT_ONLY: c_int = 0;
/// `OEM_LSTM_ONLY`: the neural engine.
pub(super) const OEM_LSTM_ONLY: c_int = 1;
/// `RIL_BLOCK`.
pub(super) const RIL_BLOCK: c_int = 0;
/// `RIL_TEXTLINE`.
pub(super) const RIL_TEXTLINE: c_int = 2;
/// `RIL_WORD`.
pub(super) const RIL_WORD: c_int = 3;

unsafe extern "C" {
    pub(super) fn TessVersion() -> *const c_char;
    pub(super) fn TessDeleteText(text: *const c_char);

    pub(super) fn TessBaseAPICreate() -> *mut TessBaseAPI;
    pub(super) fn TessBaseAPIDelete(handle: *mut TessBaseAPI);
    pub(super) fn TessBaseAPISetVariable(handle: *mut TessBaseAPI, name: *const c_char, value: *const c_char) -> Bool;
    pub(super) fn TessBaseAPIInit5(
        handle: *mut TessBaseAPI,
        data: *const c_char,
        data_size: c_int,
        language: *const c_char,
        mode: c_int,
        configs: *mut *mut c_char,
        configs_size: c_int,
        vars_vec: *mut *mut c_char,
        vars_values: *mut *mut c_char,
        vars_vec_size: usize,
        set_only_non_debug_params: Bool,
    ) -> c_int;
    pub(super) fn TessBaseAPISetPageSegMode(handle: *mut TessBaseAPI, mode: c_int);
    pub(super) fn TessBaseAPIClearAdaptiveClassifier(handle: *mut TessBaseAPI);
    pub(super) fn TessBaseAPISetImage(
        handle: *mut TessBaseAPI,
        imagedata: *const c_uchar,
        width: c_int,
        height: c_int,
        bytes_per_pixel: c_int,
        bytes_per_line: c_int,
    );
    pub(super) fn TessBaseAPISetSourceResolution(handle: *mut TessBaseAPI, ppi: c_int);
    pub(super) fn TessBaseAPISetRectangle(
        handle: *mut TessBaseAPI,
        left: c_int,
        top: c_int,
        width: c_int,
        height: c_int,
    );
    pub(super) fn TessBaseAPIRecognize(handle: *mut TessBaseAPI, monitor: *mut EtextDesc) -> c_int;
    pub(super) fn TessBaseAPIGetIterator(handle: *mut TessBaseAPI) -> *mut TessResultIterator;
    pub(super) fn TessBaseAPIClear(handle: *mut TessBaseAPI);
    pub(super) fn TessBaseAPIDetectOrientationScript(
        handle: *mut TessBaseAPI,
        orient_deg: *mut c_int,
        orient_conf: *mut c_float,
        script_name: *mut *const c_char,
        script_conf: *mut c_float,
    ) -> Bool;

    pub(super) fn TessPageIteratorIsAtBeginningOf(handle: *const TessPageIterator, level: c_int) -> Bool;
    pub(super) fn TessPageIteratorBoundingBox(
        handle: *const TessPageIterator,
        level: c_int,
        left: *mut c_int,
        top: *mut c_int,
        right: *mut c_int,
        bottom: *mut c_int,
    ) -> Bool;
    pub(super) fn TessPageIteratorBaseline(
        handle: *const TessPageIterator,
        level: c_int,
        x1: *mut c_int,
        y1: *mut c_int,
        x2: *mut c_int,
        y2: *mut c_int,
    ) -> Bool;

    pub(super) fn TessResultIteratorDelete(handle: *mut TessResultIterator);
    pub(super) fn TessResultIteratorGetPageIteratorConst(handle: *const TessResultIterator) -> *const TessPageIterator;
    pub(super) fn TessResultIteratorNext(handle: *mut TessResultIterator, level: c_int) -> Bool;
    pub(super) fn TessResultIteratorGetUTF8Text(handle: *const TessResultIterator, level: c_int) -> *mut c_char;
    pub(super) fn TessResultIteratorConfidence(handle: *const TessResultIterator, level: c_int) -> c_float;
    pub(super) fn TessResultIteratorWordIsFromDictionary(handle: *const TessResultIterator) -> Bool;

    pub(super) fn TessMonitorCreate() -> *mut EtextDesc;
    pub(super) fn TessMonitorDelete(monitor: *mut EtextDesc);
    pub(super) fn TessMonitorSetDeadlineMSecs(monitor: *mut EtextDesc, deadline: c_int);
}
