//! The limits of version 1: what a receiver counts while it reads, and what a sender keeps within.

/// Bytes of one record's line.
pub const LINE_BYTES: usize = 64 * 1024;
/// Levels of objects and arrays in a line, the line's own object included.
pub const DEPTH: usize = 8;
/// Records in a batch.
pub const BATCH_RECORDS: usize = 2_000;
/// Bytes of a batch's lines, line feeds included.
pub const BATCH_BYTES: usize = 16 * 1024 * 1024;
/// Bytes of a batch as it is sent.
pub const BATCH_COMPRESSED_BYTES: usize = 4 * 1024 * 1024;
/// Binary logarithm of the largest window that a zstd frame may ask for: 8 MiB.
pub const WINDOW_LOG: u32 = 23;
/// Files that a record names.
pub const FILES_PER_RECORD: usize = 64;
/// Hashes in one question about files.
pub const QUERY_FILES: usize = 4_096;
/// Bytes of a part, and the most that a whole file may have to travel in one request.
pub const PART_BYTES: u64 = 8 * 1024 * 1024;
/// Parts of a file.
pub const PARTS: u64 = 1_000;
/// Bytes of a file that a record of the hub names: the rows of an inventory.
pub const FEED_FILE_BYTES: u64 = 64 * 1024 * 1024;
/// Bytes of a small JSON body (questions, enrolment).
pub const SMALL_BODY_BYTES: usize = 1024 * 1024;
/// Milliseconds that a nonce of the hub is good for.
pub const NONCE_MS: i64 = 10 * 60 * 1000;
/// The largest integer that every reader of JSON holds exactly: 2^53 - 1.
pub const INTEGER: i64 = (1 << 53) - 1;
