/* Records what a process asks of the file system below one folder, and lets the disk fill up or fail.
 *
 * Loaded with LD_PRELOAD into the real program, so that every durable byte is seen, those of SQLite too. Environment:
 *
 *   RECORDER_ROOT  the folder, absolute
 *   RECORDER_LOG   the file that records are appended to
 *   RECORDER_FAIL  "full:N": from the Nth change on there is no space; "io:N": the Nth change fails with EIO
 *   RECORDER_FREE  so many bytes are said to be free on the folder's medium
 *
 * A record: one byte of kind, u64 inode, u64 number, u32 length, bytes, u32 length, bytes; little endian.
 *
 *   O open    number 1 if the file is new; path       W write   number = offset; data
 *   T length  number = new length                     S sync    (a file)
 *   D sync    path (a folder)                         R rename  from, to
 *   L link    from, to                                U unlink  path
 *   M mkdir   path                                    A said on standard error; data
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static int log_fd = -1;
static char root[PATH_MAX];
static long changes, fail_at;
static int disk_full;

__attribute__((constructor)) static void begin(void) {
    const char *folder = getenv("RECORDER_ROOT"), *log = getenv("RECORDER_LOG"), *fail = getenv("RECORDER_FAIL");
    if (!folder || !log || strlen(folder) >= sizeof root) return;
    strcpy(root, folder);
    int fd = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0) _exit(99);
    log_fd = (int)syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 500);
    syscall(SYS_close, fd);
    if (fail && sscanf(fail, "full:%ld", &fail_at) == 1) disk_full = 1;
    else if (fail) sscanf(fail, "io:%ld", &fail_at);
}

static int below(const char *path) {
    size_t n = strlen(root);
    return log_fd >= 0 && n > 0 && strncmp(path, root, n) == 0 && (path[n] == '/' || path[n] == 0);
}

static int path_of(int fd, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = syscall(SYS_readlinkat, AT_FDCWD, link, path, PATH_MAX - 1);
    if (n <= 0) return 0;
    path[n] = 0;
    return below(path);
}

static uint64_t inode(int fd) {
    struct stat s;
    return fstat(fd, &s) == 0 ? (uint64_t)s.st_ino : 0;
}

static void record(char kind, uint64_t ino, uint64_t number, const void *a, uint32_t na, const void *b, uint32_t nb) {
    int kept = errno;
    size_t length = 25 + (size_t)na + nb;
    char *bytes = malloc(length);
    if (!bytes) _exit(98);
    bytes[0] = kind;
    memcpy(bytes + 1, &ino, 8);
    memcpy(bytes + 9, &number, 8);
    memcpy(bytes + 17, &na, 4);
    memcpy(bytes + 21, a, na);
    memcpy(bytes + 21 + na, &nb, 4);
    if (nb) memcpy(bytes + 25 + na, b, nb);
    if (syscall(SYS_write, log_fd, bytes, length) != (long)length) _exit(97);
    free(bytes);
    errno = kept;
}

static void record_paths(char kind, const char *a, const char *b) {
    record(kind, 0, 0, a, (uint32_t)strlen(a), b, b ? (uint32_t)strlen(b) : 0);
}

/* Whether this change is to fail; sets errno. Called with the turn taken. */
static int fails(int takes_space) {
    changes++;
    if (fail_at == 0) return 0;
    if (disk_full && changes >= fail_at && takes_space) { errno = ENOSPC; return 1; }
    if (!disk_full && changes == fail_at) { errno = EIO; return 1; }
    return 0;
}

static int open_recorded(const char *path, int flags, mode_t mode) {
    if (!below(path) || !(flags & (O_CREAT | O_TRUNC | O_WRONLY | O_RDWR)))
        return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    pthread_mutex_lock(&turn);
    struct stat s;
    int is_new = (flags & O_CREAT) && stat(path, &s) != 0;
    int fd = -1;
    if (!(is_new && fails(1))) fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    if (fd >= 0) {
        record('O', inode(fd), (uint64_t)is_new, path, (uint32_t)strlen(path), NULL, 0);
        if (flags & O_TRUNC) record('T', inode(fd), 0, "", 0, NULL, 0);
    }
    pthread_mutex_unlock(&turn);
    return fd;
}

int open64(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? (mode_t)va_arg(rest, int) : 0;
    va_end(rest);
    return open_recorded(path, flags, mode);
}

int open(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? (mode_t)va_arg(rest, int) : 0;
    va_end(rest);
    return open_recorded(path, flags, mode);
}

static ssize_t written(int fd, const void *bytes, size_t count, int at_offset, off_t offset) {
    char path[PATH_MAX];
    int said = fd == 2 && log_fd >= 0 && !at_offset;
    int ours = fd != log_fd && !said && path_of(fd, path);
    if (!ours && !said)
        return at_offset ? syscall(SYS_pwrite64, fd, bytes, count, offset) : syscall(SYS_write, fd, bytes, count);
    pthread_mutex_lock(&turn);
    ssize_t n = -1;
    if (said) {
        n = syscall(SYS_write, fd, bytes, count);
        if (n > 0) record('A', 0, 0, bytes, (uint32_t)n, NULL, 0);
    } else {
        int failing = fails(1);
        /* A disk that has just filled up takes a part of the first write. */
        if (failing && disk_full && changes == fail_at && count > 1) { count /= 2; failing = 0; }
        if (!failing) {
            n = at_offset ? syscall(SYS_pwrite64, fd, bytes, count, offset) : syscall(SYS_write, fd, bytes, count);
            if (n > 0) {
                off_t start = at_offset ? offset : syscall(SYS_lseek, fd, 0, SEEK_CUR) - n;
                record('W', inode(fd), (uint64_t)start, bytes, (uint32_t)n, NULL, 0);
            }
        }
    }
    pthread_mutex_unlock(&turn);
    return n;
}

ssize_t write(int fd, const void *bytes, size_t count) { return written(fd, bytes, count, 0, 0); }

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) { return written(fd, bytes, count, 1, offset); }

ssize_t writev(int fd, const struct iovec *parts, int count) {
    ssize_t all = 0;
    for (int i = 0; i < count; i++) {
        if (parts[i].iov_len == 0) continue;
        ssize_t n = written(fd, parts[i].iov_base, parts[i].iov_len, 0, 0);
        if (n < 0) return all > 0 ? all : n;
        all += n;
        if ((size_t)n < parts[i].iov_len) break;
    }
    return all;
}

static int synced(int fd, long call) {
    char path[PATH_MAX];
    if (!path_of(fd, path)) return (int)syscall(call, fd);
    pthread_mutex_lock(&turn);
    int done = fails(0) ? -1 : (int)syscall(call, fd);
    if (done == 0) {
        struct stat s;
        int is_folder = fstat(fd, &s) == 0 && S_ISDIR(s.st_mode);
        record(is_folder ? 'D' : 'S', inode(fd), 0, path, (uint32_t)strlen(path), NULL, 0);
    }
    pthread_mutex_unlock(&turn);
    return done;
}

int fsync(int fd) { return synced(fd, SYS_fsync); }

int fdatasync(int fd) { return synced(fd, SYS_fdatasync); }

int ftruncate64(int fd, off64_t length) {
    char path[PATH_MAX];
    if (!path_of(fd, path)) return (int)syscall(SYS_ftruncate, fd, length);
    pthread_mutex_lock(&turn);
    int done = fails(0) ? -1 : (int)syscall(SYS_ftruncate, fd, length);
    if (done == 0) record('T', inode(fd), (uint64_t)length, "", 0, NULL, 0);
    pthread_mutex_unlock(&turn);
    return done;
}

int statvfs(const char *path, struct statvfs *facts) {
    int (*real)(const char *, struct statvfs *) = (int (*)(const char *, struct statvfs *))dlsym(RTLD_NEXT, "statvfs");
    const char *free = getenv("RECORDER_FREE");
    int failed = real(path, facts);
    if (!failed && free && below(path)) facts->f_bavail = strtoul(free, NULL, 10) / facts->f_frsize;
    return failed;
}

int statvfs64(const char *path, struct statvfs64 *facts) { return statvfs(path, (struct statvfs *)facts); }

int rename(const char *from, const char *to) {
    if (!below(from) && !below(to)) return (int)syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to);
    pthread_mutex_lock(&turn);
    int done = fails(0) ? -1 : (int)syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to);
    if (done == 0) record_paths('R', from, to);
    pthread_mutex_unlock(&turn);
    return done;
}

int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags) {
    if (!below(from) && !below(to)) return (int)syscall(SYS_linkat, from_folder, from, to_folder, to, flags);
    pthread_mutex_lock(&turn);
    int done = fails(1) ? -1 : (int)syscall(SYS_linkat, from_folder, from, to_folder, to, flags);
    if (done == 0) record_paths('L', from, to);
    pthread_mutex_unlock(&turn);
    return done;
}

int unlink(const char *path) {
    if (!below(path)) return (int)syscall(SYS_unlink, path);
    pthread_mutex_lock(&turn);
    int done = fails(0) ? -1 : (int)syscall(SYS_unlink, path);
    if (done == 0) record_paths('U', path, NULL);
    pthread_mutex_unlock(&turn);
    return done;
}

int mkdir(const char *path, mode_t mode) {
    if (!below(path)) return (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
    pthread_mutex_lock(&turn);
    int done = fails(1) ? -1 : (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
    if (done == 0) record_paths('M', path, NULL);
    pthread_mutex_unlock(&turn);
    return done;
}
