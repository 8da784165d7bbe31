/* Another clock for one process and its children: CLOCK_OFFSET seconds before or behind that of the machine.
 *
 * Loaded with LD_PRELOAD into the real program. Only what tells the time of day is moved; what measures how long something
 * takes goes on as it did.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long seconds;

__attribute__((constructor)) static void begin(void) {
    const char *text = getenv("CLOCK_OFFSET");
    if (text) seconds = atol(text);
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    int failed = (int)syscall(SYS_clock_gettime, clock, time);
    if (!failed && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) time->tv_sec += seconds;
    return failed;
}

time_t time(time_t *told) {
    struct timespec now = {0};
    clock_gettime(CLOCK_REALTIME, &now);
    if (told) *told = now.tv_sec;
    return now.tv_sec;
}

int gettimeofday(struct timeval *restrict told, void *restrict zone) {
    struct timespec now = {0};
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    *told = (struct timeval){.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000};
    return 0;
}
