/* Loaded before everything else, it puts a process's clock $CLOCK_OFF seconds off; what counts time goes on.
   Where that is the path of a file, its eight bytes say how many, and may change at any time. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>

static int64_t off(void) {
    static volatile int64_t *shared;
    const char *said = getenv("CLOCK_OFF");
    if (!said) return 0;
    if (*said != '/') return atol(said);
    if (!shared) {
        void *mapped = mmap(0, sizeof *shared, PROT_READ, MAP_SHARED, open(said, O_RDONLY | O_CLOEXEC), 0);
        if (mapped == MAP_FAILED) abort();
        shared = mapped;
    }
    return *shared;
}

int clock_gettime(clockid_t clock, struct timespec *moment) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int done = real(clock, moment);
    if (done == 0 && clock == CLOCK_REALTIME) moment->tv_sec += off();
    return done;
}
