#define _GNU_SOURCE
#include "client.h"

#include "suite.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t events_lock = PTHREAD_MUTEX_INITIALIZER;

zhandle_t *connect_client(struct events *events)
{
    return connect_through(server_port, SESSION_TIMEOUT_MS, NULL, events);
}

zhandle_t *connect_through(int port, int timeout_ms, const clientid_t *session, struct events *events)
{
    char address[32];
    snprintf(address, sizeof address, "127.0.0.1:%d", port);
    if (events == NULL) {
        events = calloc(1, sizeof *events);
    }

    zhandle_t *client = zookeeper_init(address, note_event, timeout_ms, session, events, 0);
    EXPECT(client != NULL);
    EVENTUALLY(events->connected > 0 || events->expired > 0);
    return client;
}

static const char *event_name(int type)
{
    if (type == ZOO_CREATED_EVENT) {
        return "created";
    }

    if (type == ZOO_DELETED_EVENT) {
        return "deleted";
    }

    if (type == ZOO_CHANGED_EVENT) {
        return "changed";
    }

    return type == ZOO_CHILD_EVENT ? "children" : "unknown";
}

static void note_state(struct events *events, int state)
{
    if (state == ZOO_CONNECTED_STATE) {
        events->connected++;
    } else if (state == ZOO_EXPIRED_SESSION_STATE) {
        events->expired++;
    } else if (state == ZOO_AUTH_FAILED_STATE) {
        events->auth_failed++;
    } else {
        events->disconnected++;
    }
}

void note_event(zhandle_t *client, int type, int state, const char *path, void *context)
{
    (void)client;
    struct events *events = context;
    pthread_mutex_lock(&events_lock);
    if (type == ZOO_SESSION_EVENT) {
        note_state(events, state);
    } else {
        size_t length = strlen(events->text);
        snprintf(events->text + length, sizeof events->text - length, "%s %s\n", event_name(type), path);
    }

    pthread_mutex_unlock(&events_lock);
}

/* A copy of the events that nobody is writing to. */
static void copy_events(struct events *events, char *text)
{
    pthread_mutex_lock(&events_lock);
    strcpy(text, events->text);
    pthread_mutex_unlock(&events_lock);
}

int has_event(struct events *events, const char *name)
{
    char text[sizeof events->text];
    copy_events(events, text);
    return strstr(text, name) != NULL;
}

void expect_events(struct events *events, const char *expected)
{
    char text[sizeof events->text];
    int waits = 0;
    do {
        pause_ms(10);
        copy_events(events, text);
    } while (strlen(text) < strlen(expected) && ++waits < 3000);
    EXPECT_TEXT(expected, text);
}

const char *root(zhandle_t *client)
{
    static char path[MAX_PATH];
    if (path[0] == '\0') {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        snprintf(path, sizeof path, "/c-%lld-%d", (long long)now.tv_sec, (int)getpid());
        make(client, path);
    }

    return path;
}

const char *below(zhandle_t *client, const char *name)
{
    char *path;
    EXPECT(asprintf(&path, "%s/%s", root(client), name) > 0);
    return path;
}

const char *make(zhandle_t *client, const char *path)
{
    EXPECT_INT(ZOK, zoo_create(client, path, NULL, -1, &ZOO_OPEN_ACL_UNSAFE, ZOO_PERSISTENT, NULL, 0));
    return path;
}

/* Sends one line to the control and reads the line that it answers. */
static void control(const char *command, char *answer, size_t size)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(control_port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    EXPECT_INT(0, connect(fd, (struct sockaddr *)&address, sizeof address));
    EXPECT(write(fd, command, strlen(command)) == (ssize_t)strlen(command));
    size_t length = 0;
    do {
        ssize_t count = read(fd, answer + length, size - 1 - length);
        EXPECT(count > 0);
        length += count;
    } while (answer[length - 1] != '\n');
    answer[length - 1] = '\0';
    close(fd);
}

int proxy_open(void)
{
    char answer[64];
    control("open\n", answer, sizeof answer);
    int port = atoi(answer);
    EXPECT(port > 0);
    return port;
}

static void disturb(const char *action, int port)
{
    char command[64], answer[64];
    snprintf(command, sizeof command, "%s %d\n", action, port);
    control(command, answer, sizeof answer);
    EXPECT_TEXT("ok", answer);
}

void proxy_cut(int port)
{
    disturb("cut", port);
}

void proxy_resume(int port)
{
    disturb("resume", port);
}
