//! How a worker makes itself small: little address space, no core dump, a low priority, no life after its parent's.

/// Address space that a worker may use, in bytes.
pub const ADDRESS_SPACE: u64 = 2 << 30;

/// How often a worker looks whether its parent lives.
#[cfg(unix)]
const LOOK_AT_PARENT: std::time::Duration = std::time::Duration::from_millis(250);

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
    #[cfg(unix)]
    end_with_parent();
}

/// Ends this process soon after its parent, even in the middle of a page: the parent's pages are somebody else's then.
#[cfg(unix)]
fn end_with_parent() {
    use std::os::unix::process::parent_id;

    let parent = parent_id();
    std::thread::spawn(move || {
        while parent_id() == parent {
            std::thread::sleep(LOOK_AT_PARENT);
        }
        // SAFETY: the call takes a number and does not return. An orderly end would tear down what the engine works on.
        #[expect(unsafe_code, reason = "the standard library can't end a process without running its exit handlers")]
        unsafe {
            libc::_exit(1);
        }
    });
}
