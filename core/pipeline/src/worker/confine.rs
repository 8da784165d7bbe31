//! How a worker makes itself small: little address space, no core dump, a low priority.

/// Address space that a worker may use, in bytes.
pub const ADDRESS_SPACE: u64 = 2 << 30;

/// Confines the calling process; called once, before the first foreign byte.
pub fn confine() {
    #[cfg(target_os = "linux")]
    {
        let limit = |bytes: u64| libc::rlimit { rlim_cur: bytes, rlim_max: bytes };
        // SAFETY: the calls take plain structs that live through them, and touch only the limits of this process.
        #[expect(unsafe_code, reason = "the standard library has no calls for limits and priority")]
        unsafe {
            libc::setrlimit(libc::RLIMIT_AS, &limit(ADDRESS_SPACE));
            libc::setrlimit(libc::RLIMIT_CORE, &limit(0));
            libc::setpriority(libc::PRIO_PROCESS, 0, 5);
        }
    }
}
