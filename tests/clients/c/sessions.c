#include "client.h"
#include "suite.h"

/* Sessions: they outlive connections, are taken over, expire, and take their nodes along. */

static const char *make_ephemeral(zhandle_t *client)
{
    const char *path = below(client, "e");
    EXPECT_INT(ZOK, zoo_create(client, path, "", 0, &ZOO_OPEN_ACL_UNSAFE, ZOO_EPHEMERAL, NULL, 0));
    return path;
}

static void connection(void)
{
    zhandle_t *client = connect_through(server_port, SESSION_TIMEOUT_MS, NULL, NULL);
    EXPECT_INT(ZOO_CONNECTED_STATE, zoo_state(client));
    EXPECT_INT(SESSION_TIMEOUT_MS, zoo_recv_timeout(client));
    EXPECT(zoo_client_id(client)->client_id != 0);
    EXPECT_INT(ZOK, zookeeper_close(client));
}

static void closing(void)
{
    struct events events = {0};
    zhandle_t *observer = connect_client(NULL), *client = connect_client(NULL);
    const char *path = make_ephemeral(client);
    struct Stat stat;
    EXPECT_INT(ZOK, zoo_wexists(observer, path, note_event, &events, &stat));
    EXPECT_INT(zoo_client_id(client)->client_id, stat.ephemeralOwner);
    EXPECT_INT(ZOK, zookeeper_close(client));
    EXPECT_INT(ZNONODE, zoo_exists(observer, path, 0, NULL));
    EVENTUALLY(has_event(&events, "deleted"));
    zookeeper_close(observer);
}

static void lost_connection(void)
{
    struct events events = {0};
    int proxy = proxy_open();
    zhandle_t *client = connect_through(proxy, SESSION_TIMEOUT_MS, NULL, &events);
    int64_t session = zoo_client_id(client)->client_id;
    const char *path = make_ephemeral(client);
    struct Stat stat;
    for (int i = 0; i < 3; i++) {
        events.disconnected = events.connected = 0;
        proxy_cut(proxy);
        EVENTUALLY(events.disconnected > 0);
        proxy_resume(proxy);
        EVENTUALLY(events.connected > 0);
        EXPECT_INT(session, zoo_client_id(client)->client_id);
        EXPECT_INT(ZOK, zoo_exists(client, path, 0, &stat));
        EXPECT_INT(session, stat.ephemeralOwner);
    }

    zookeeper_close(client);
}

static void take_over(void)
{
    int proxy = proxy_open();
    struct events events = {0};
    zhandle_t *first = connect_through(proxy, SESSION_TIMEOUT_MS, NULL, &events);
    const char *path = make_ephemeral(first);
    clientid_t session = *zoo_client_id(first);
    proxy_cut(proxy);
    EVENTUALLY(events.disconnected > 0);
    zhandle_t *second = connect_through(server_port, SESSION_TIMEOUT_MS, &session, NULL);
    EXPECT_INT(session.client_id, zoo_client_id(second)->client_id);
    struct Stat stat;
    EXPECT_INT(ZOK, zoo_exists(second, path, 0, &stat));
    EXPECT_INT(session.client_id, stat.ephemeralOwner);

    /* The one who took over ends the session; the first learns it as soon as it is back. */
    EXPECT_INT(ZOK, zookeeper_close(second));
    proxy_resume(proxy);
    EVENTUALLY(events.expired > 0);
    EXPECT(is_unrecoverable(first));
}

static void wrong_password(void)
{
    struct events events = {0};
    zhandle_t *client = connect_client(NULL);
    const char *path = make_ephemeral(client);
    clientid_t session = *zoo_client_id(client);
    session.passwd[5] ^= 1;
    connect_through(server_port, SESSION_TIMEOUT_MS, &session, &events);
    EXPECT(events.expired > 0);
    struct Stat stat;
    EXPECT_INT(ZOK, zoo_exists(connect_client(NULL), path, 0, &stat));
}

static void expiry(void)
{
    struct events events = {0}, seen = {0};
    zhandle_t *observer = connect_client(NULL);
    int proxy = proxy_open();
    zhandle_t *client = connect_through(proxy, SHORT_SESSION_TIMEOUT_MS, NULL, &events);
    const char *path = make_ephemeral(client);
    struct Stat stat;
    EXPECT_INT(ZOK, zoo_wexists(observer, path, note_event, &seen, &stat));
    proxy_cut(proxy);
    EVENTUALLY(has_event(&seen, "deleted"));
    proxy_resume(proxy);
    EVENTUALLY(events.expired > 0);
    EXPECT_INT(ZINVALIDSTATE, zoo_exists(client, "/", 0, &stat));
    zookeeper_close(observer);
}

static void idle(void)
{
    struct events events = {0};
    zhandle_t *client = connect_through(server_port, SHORT_SESSION_TIMEOUT_MS, NULL, &events);
    const char *path = make_ephemeral(client);
    struct Stat stat;
    pause_ms(3 * SHORT_SESSION_TIMEOUT_MS);
    EXPECT_INT(ZOK, zoo_exists(client, path, 0, &stat));
    EXPECT_INT(0, events.disconnected);
    zookeeper_close(client);
}

const struct check session_checks[] = {
    {"session: the state, the timeout and the id", connection},
    {"session: closing it removes its nodes", closing},
    {"session: it outlives a lost connection", lost_connection},
    {"session: another client takes it over with its password", take_over},
    {"session: a wrong password ends in expiry", wrong_password},
    {"session: an expired one takes its nodes along and its client is told", expiry},
    {"session: pings keep an idle one alive", idle},
    {NULL, NULL},
};
