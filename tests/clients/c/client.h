#ifndef CLIENT_H
#define CLIENT_H

#include <stdint.h>
#include <zookeeper/zookeeper.h>

enum { SESSION_TIMEOUT_MS = 20000, SHORT_SESSION_TIMEOUT_MS = 2000, MAX_PATH = 256 };

/* What a watcher was told, in order: one line an event, such as "created /path"; session states apart. */
struct events {
    char text[4096];
    volatile int connected;
    volatile int disconnected;
    volatile int expired;
    volatile int auth_failed;
};

/* A connected handle; its watcher writes to events, which may be NULL. */
zhandle_t *connect_client(struct events *events);

/* The same through a port that may be a proxy's, with a timeout, in a session that may exist already. */
zhandle_t *connect_through(int port, int timeout_ms, const clientid_t *session, struct events *events);

/* A watcher that takes the struct events as its context. */
void note_event(zhandle_t *client, int type, int state, const char *path, void *events);

/* Whether an event of this name has come. */
int has_event(struct events *events, const char *name);

/* Waits for exactly these events, and fails with those that came. */
void expect_events(struct events *events, const char *expected);

/* The root of the check: a node that no other check or run uses. It is made on the first call. */
const char *root(zhandle_t *client);

/* The path of a child of the root, in memory that stays. */
const char *below(zhandle_t *client, const char *name);

/* Makes a plain node without data; returns its path. */
const char *make(zhandle_t *client, const char *path);

/* A proxy before the server: cut ends its connections and keeps new ones out until resume. */
int proxy_open(void);
void proxy_cut(int port);
void proxy_resume(int port);

#endif
