#ifndef SUITE_H
#define SUITE_H

/* One thing that must be so, tried against a running server. It fails by ending its process with fail(). */
typedef void (*check_fn)(void);

struct check {
    const char *name;
    check_fn run;
};

extern const struct check node_checks[];
extern const struct check watch_checks[];
extern const struct check access_checks[];
extern const struct check session_checks[];
extern const struct check pipeline_checks[];

/* The ports of the server and of the control of proxies before it. */
extern int server_port;
extern int control_port;

/* Ends the check: it has failed for this reason. */
void fail(const char *file, int line, const char *format, ...)
    __attribute__((noreturn, format(printf, 3, 4)));

/* Runs every check, each in a process of its own, and prints "ok NAME" or "not ok NAME: WHY" for each. */
void run_all(const struct check *const lists[]);

#define EXPECT(condition) \
    do { \
        if (!(condition)) { \
            fail(__FILE__, __LINE__, "expected %s", #condition); \
        } \
    } while (0)

#define EXPECT_INT(expected, actual) \
    do { \
        long long expected_ = (expected), actual_ = (actual); \
        if (expected_ != actual_) { \
            fail(__FILE__, __LINE__, "expected %s to be %lld, got %lld", #actual, expected_, actual_); \
        } \
    } while (0)

#define EXPECT_TEXT(expected, actual) \
    do { \
        const char *expected_ = (expected), *actual_ = (actual); \
        if (strcmp(expected_, actual_) != 0) { \
            fail(__FILE__, __LINE__, "expected %s to be \"%s\", got \"%s\"", #actual, expected_, actual_); \
        } \
    } while (0)

/* Waits until a condition holds; long, because only a check that fails waits so long. */
#define EVENTUALLY(condition) \
    do { \
        int waits_ = 0; \
        while (!(condition)) { \
            if (++waits_ > 3000) { \
                fail(__FILE__, __LINE__, "expected in time: %s", #condition); \
            } \
            pause_ms(10); \
        } \
    } while (0)

void pause_ms(int milliseconds);

#endif
