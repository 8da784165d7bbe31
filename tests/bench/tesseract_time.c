/* Loaded before Sohoa's worker processes: writes how much processor time each of Tesseract's own calls took.
 *
 * LD_PRELOAD names this library, SOHOA_TESSERACT_TIME the file: one line a call, the name and nanoseconds. Counted are reading
 * and loading models, all else is Sohoa's: decoding, levelling, orientation, layout, writing.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static long long now(void)
{
	struct timespec at;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
	return at.tv_sec * 1000000000LL + at.tv_nsec;
}

static void tell(const char *name, long long since)
{
	const char *path = getenv("SOHOA_TESSERACT_TIME");
	char line[64];
	int length = snprintf(line, sizeof line, "%s %lld\n", name, now() - since);
	int file = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
	if (file < 0 || write(file, line, length) != length)
		abort();
	close(file);
}

int TessBaseAPIRecognize(void *api, void *monitor)
{
	int (*next)(void *, void *) = dlsym(RTLD_NEXT, "TessBaseAPIRecognize");
	long long since = now();
	int result = next(api, monitor);
	tell("recognize", since);
	return result;
}

int TessBaseAPIInit5(void *api, const char *data, int size, const char *language, int mode, char **configs, int count,
		     char **names, char **values, size_t variables, int only_debug)
{
	int (*next)(void *, const char *, int, const char *, int, char **, int, char **, char **, size_t, int) =
		dlsym(RTLD_NEXT, "TessBaseAPIInit5");
	long long since = now();
	int result = next(api, data, size, language, mode, configs, count, names, values, variables, only_debug);
	tell("init", since);
	return result;
}
