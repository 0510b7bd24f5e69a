#include "suite.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_SECONDS = 90, MAX_WHY = 2000 };

/* One running check: its process, and the pipe through which it tells why it failed. */
struct running {
    const struct check *check;
    pid_t process;
    int why;
};

static int why_fd = STDERR_FILENO;

void fail(const char *file, int line, const char *format, ...)
{
    char why[MAX_WHY];
    int length = snprintf(why, sizeof why, "%s:%d: ", file, line);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why + length, sizeof why - length, format, arguments);
    va_end(arguments);
    if (write(why_fd, why, strlen(why)) < 0) {
        _exit(2);
    }

    _exit(1);
}

void pause_ms(int milliseconds)
{
    poll(NULL, 0, milliseconds);
}

static struct running start(const struct check *check)
{
    int pipe_ends[2];
    if (pipe(pipe_ends) != 0) {
        fail(__FILE__, __LINE__, "no pipe");
    }

    pid_t process = fork();
    if (process < 0) {
        fail(__FILE__, __LINE__, "no process");
    }

    if (process == 0) {
        close(pipe_ends[0]);
        why_fd = pipe_ends[1];

        /* A check that hangs is ended by this signal. */
        alarm(MAX_SECONDS);
        check->run();
        _exit(0);
    }

    close(pipe_ends[1]);
    return (struct running){check, process, pipe_ends[0]};
}

static void report(const struct running *running)
{
    char why[MAX_WHY] = "";
    size_t length = 0;
    ssize_t count;
    while ((count = read(running->why, why + length, sizeof why - 1 - length)) > 0) {
        length += count;
    }

    why[length] = '\0';
    close(running->why);
    int status = 0;
    waitpid(running->process, &status, 0);
    if (WIFSIGNALED(status)) {
        printf("not ok %s: ended by signal %d\n", running->check->name, WTERMSIG(status));
    } else if (WEXITSTATUS(status) != 0) {
        printf("not ok %s: %s\n", running->check->name, why);
    } else {
        printf("ok %s\n", running->check->name);
    }

    fflush(stdout);
}

void run_all(const struct check *const lists[])
{
    struct running running[64];
    int count = 0;
    for (int list = 0; lists[list] != NULL; list++) {
        for (const struct check *check = lists[list]; check->name != NULL; check++) {
            running[count++] = start(check);
        }
    }

    for (int i = 0; i < count; i++) {
        report(&running[i]);
    }
}
