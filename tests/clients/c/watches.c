#include "client.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>

/* Which events come, in which order, also across a lost connection. */

/* The text of events, given as names and paths in turn, in memory that stays until the next call. */
#define LINES(...) lines((const char *const[]){__VA_ARGS__, NULL})

static const char *lines(const char *const words[])
{
    static char text[4096];
    text[0] = '\0';
    for (; words[0] != NULL; words += 2) {
        size_t length = strlen(text);
        snprintf(text + length, sizeof text - length, "%s %s\n", words[0], words[1]);
    }

    return text;
}

static void one_shots(void)
{
    struct events events = {0};
    zhandle_t *client = connect_client(NULL);
    const char *path = below(client, "node");
    struct String_vector names;
    struct Stat stat;
    char buffer[8];
    int length = sizeof buffer;
    EXPECT_INT(ZNONODE, zoo_wexists(client, path, note_event, &events, &stat));
    EXPECT_INT(ZNONODE, zoo_wget(client, path, note_event, &events, buffer, &length, &stat));
    make(client, path);
    expect_events(&events, LINES("created", path));

    length = sizeof buffer;
    EXPECT_INT(ZOK, zoo_wget(client, path, note_event, &events, buffer, &length, &stat));
    EXPECT_INT(ZOK, zoo_wget_children(client, path, note_event, &events, &names));
    EXPECT_INT(ZOK, zoo_set(client, path, "1", 1, -1));
    EXPECT_INT(ZOK, zoo_set(client, path, "2", 1, -1));
    make(client, below(client, "node/child"));
    EXPECT_INT(ZOK, zoo_delete(client, below(client, "node/child"), -1));
    expect_events(&events, LINES("created", path, "changed", path, "children", path));

    EXPECT_INT(ZOK, zoo_wexists(client, path, note_event, &events, &stat));
    EXPECT_INT(ZOK, zoo_delete(client, path, -1));
    EXPECT_INT(ZNONODE, zoo_exists(client, path, 0, NULL));
    expect_events(&events, LINES("created", path, "changed", path, "children", path, "deleted", path));
    zookeeper_close(client);
}

static void removed(void)
{
    struct events kept = {0}, gone = {0};
    zhandle_t *client = connect_client(NULL);
    const char *path = make(client, below(client, "node"));
    struct Stat stat;
    EXPECT_INT(ZNOWATCHER, zoo_remove_all_watches(client, path, ZWATCHTYPE_DATA, 0));
    EXPECT_INT(ZOK, zoo_wexists(client, path, note_event, &kept, &stat));
    EXPECT_INT(ZOK, zoo_wexists(client, path, note_event, &gone, &stat));
    EXPECT_INT(ZOK, zoo_remove_watches(client, path, ZWATCHTYPE_DATA, note_event, &gone, 0));
    EXPECT_INT(ZOK, zoo_set(client, path, "1", 1, -1));
    expect_events(&kept, LINES("changed", path));

    EXPECT_INT(ZOK, zoo_wexists(client, path, note_event, &kept, &stat));
    EXPECT_INT(ZOK, zoo_remove_all_watches(client, path, ZWATCHTYPE_ANY, 0));
    EXPECT_INT(ZOK, zoo_set(client, path, "2", 1, -1));
    EXPECT_INT(ZOK, zoo_exists(client, path, 0, &stat));
    EXPECT(!has_event(&gone, "changed"));
    zookeeper_close(client);
}

/* A client behind a proxy, which loses its connection, and another that goes on meanwhile. */
struct pair {
    struct events states;
    zhandle_t *other;
    zhandle_t *client;
    int proxy;
};

static void connect_pair(struct pair *pair)
{
    memset(pair, 0, sizeof *pair);
    pair->other = connect_client(NULL);
    pair->proxy = proxy_open();
    pair->client = connect_through(pair->proxy, SESSION_TIMEOUT_MS, NULL, &pair->states);
}

static void leave(struct pair *pair)
{
    proxy_cut(pair->proxy);
    EVENTUALLY(pair->states.disconnected > 0);
    pair->states.connected = 0;
}

static void come_back(struct pair *pair)
{
    proxy_resume(pair->proxy);
    EVENTUALLY(pair->states.connected > 0);
    struct Stat stat;
    EXPECT_INT(ZOK, zoo_exists(pair->client, "/", 0, &stat));
}

static void armed_again(void)
{
    struct pair pair;
    struct events events = {0};
    connect_pair(&pair);
    const char *path = make(pair.other, below(pair.other, "node"));
    const char *missing = below(pair.other, "missing");
    struct String_vector names;
    struct Stat stat;
    EXPECT_INT(ZOK, zoo_wexists(pair.client, path, note_event, &events, &stat));
    EXPECT_INT(ZNONODE, zoo_wexists(pair.client, missing, note_event, &events, &stat));
    EXPECT_INT(ZOK, zoo_wget_children(pair.client, path, note_event, &events, &names));
    leave(&pair);
    come_back(&pair);
    EXPECT_INT(ZOK, zoo_set(pair.other, path, "1", 1, -1));
    make(pair.other, missing);
    make(pair.other, below(pair.other, "node/child"));
    expect_events(&events, LINES("changed", path, "created", missing, "children", path));
    EXPECT_INT(ZOK, zoo_set(pair.other, path, "2", 1, -1));
    EXPECT_INT(ZOK, zoo_exists(pair.client, path, 0, &stat));
    expect_events(&events, LINES("changed", path, "created", missing, "children", path));
}

static void caught_up(void)
{
    struct pair pair;
    connect_pair(&pair);
    const char *changed = make(pair.other, below(pair.other, "changed"));
    const char *deleted = make(pair.other, below(pair.other, "deleted"));
    const char *parent = make(pair.other, below(pair.other, "parent"));
    const char *missing = below(pair.other, "missing");
    struct events on_changed = {0}, on_deleted = {0}, on_parent = {0}, on_missing = {0};
    struct String_vector names;
    struct Stat stat;
    EXPECT_INT(ZOK, zoo_wexists(pair.client, changed, note_event, &on_changed, &stat));
    EXPECT_INT(ZOK, zoo_wexists(pair.client, deleted, note_event, &on_deleted, &stat));
    EXPECT_INT(ZOK, zoo_wget_children(pair.client, parent, note_event, &on_parent, &names));
    EXPECT_INT(ZNONODE, zoo_wexists(pair.client, missing, note_event, &on_missing, &stat));
    leave(&pair);
    EXPECT_INT(ZOK, zoo_set(pair.other, changed, "1", 1, -1));
    EXPECT_INT(ZOK, zoo_delete(pair.other, deleted, -1));
    make(pair.other, below(pair.other, "parent/child"));
    make(pair.other, missing);
    come_back(&pair);
    expect_events(&on_changed, LINES("changed", changed));
    expect_events(&on_deleted, LINES("deleted", deleted));
    expect_events(&on_parent, LINES("children", parent));
    expect_events(&on_missing, LINES("created", missing));
}

const struct check watch_checks[] = {
    {"watch: each event once, in order", one_shots},
    {"watch: removed for one watcher and for all", removed},
    {"watch: armed again after a lost connection", armed_again},
    {"watch: caught up on after a lost connection", caught_up},
    {NULL, NULL},
};
