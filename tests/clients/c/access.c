#include "client.h"
#include "suite.h"

#include <string.h>

/* ACLs, credentials, and what the server tells of its configuration. */

/* The outcome of an asynchronous call, once it is there. */
struct outcome {
    volatile int done;
    volatile int code;
};

static void note_outcome(int code, const void *context)
{
    struct outcome *outcome = (struct outcome *)context;
    outcome->code = code;
    outcome->done = 1;
}

static int authenticate(zhandle_t *client, const char *scheme, const char *credentials)
{
    struct outcome outcome = {0, 0};
    EXPECT_INT(ZOK, zoo_add_auth(client, scheme, credentials, (int)strlen(credentials), note_outcome, &outcome));
    EVENTUALLY(outcome.done);
    return outcome.code;
}

static void creator_only(void)
{
    zhandle_t *alice = connect_client(NULL), *nobody = connect_client(NULL);
    const char *path = below(alice, "hers");
    char buffer[8];
    int length = sizeof buffer;
    EXPECT_INT(ZINVALIDACL, zoo_create(nobody, path, "1", 1, &ZOO_CREATOR_ALL_ACL, ZOO_PERSISTENT, NULL, 0));
    EXPECT_INT(ZOK, authenticate(alice, "digest", "alice:secret"));
    EXPECT_INT(ZOK, zoo_create(alice, path, "1", 1, &ZOO_CREATOR_ALL_ACL, ZOO_PERSISTENT, NULL, 0));
    EXPECT_INT(ZNOAUTH, zoo_get(nobody, path, 0, buffer, &length, NULL));
    EXPECT_INT(ZNOAUTH, zoo_set(nobody, path, "2", 1, -1));
    EXPECT_INT(ZNOAUTH, zoo_create(
        nobody, below(alice, "hers/x"), "", 0, &ZOO_OPEN_ACL_UNSAFE, ZOO_PERSISTENT, NULL, 0));
    EXPECT_INT(ZOK, authenticate(nobody, "digest", "alice:secret"));
    EXPECT_INT(ZOK, zoo_set(nobody, path, "2", 1, -1));
    zookeeper_close(alice);
    zookeeper_close(nobody);
}

static void acl_versions(void)
{
    zhandle_t *client = connect_client(NULL);
    const char *path = make(client, below(client, "node"));
    struct ACL_vector acl;
    struct Stat stat;
    EXPECT_INT(ZOK, zoo_get_acl(client, path, &acl, &stat));
    EXPECT_INT(1, acl.count);
    EXPECT_INT(ZOO_PERM_ALL, acl.data[0].perms);
    EXPECT_TEXT("world", acl.data[0].id.scheme);
    EXPECT_TEXT("anyone", acl.data[0].id.id);
    deallocate_ACL_vector(&acl);
    EXPECT_INT(ZBADVERSION, zoo_set_acl(client, path, 7, &ZOO_READ_ACL_UNSAFE));
    EXPECT_INT(ZOK, zoo_set_acl(client, path, 0, &ZOO_READ_ACL_UNSAFE));
    EXPECT_INT(ZOK, zoo_get_acl(client, path, &acl, &stat));
    EXPECT_INT(ZOO_PERM_READ, acl.data[0].perms);
    EXPECT_INT(1, stat.aversion);
    EXPECT_INT(0, stat.version);
    EXPECT_INT(ZNOAUTH, zoo_set(client, path, "1", 1, -1));
    EXPECT_INT(ZNOAUTH, zoo_set_acl(client, path, -1, &ZOO_OPEN_ACL_UNSAFE));
    deallocate_ACL_vector(&acl);
    zookeeper_close(client);
}

static void unknown_scheme(void)
{
    struct events events = {0};
    zhandle_t *client = connect_client(&events);
    EXPECT_INT(ZAUTHFAILED, authenticate(client, "nonsense", "x"));
    EVENTUALLY(events.auth_failed > 0);
    zookeeper_close(client);
}

static void reconnect(void)
{
    struct events events = {0};
    int proxy = proxy_open();
    zhandle_t *alice = connect_through(proxy, SESSION_TIMEOUT_MS, NULL, &events);
    const char *path = below(alice, "hers");
    EXPECT_INT(ZOK, authenticate(alice, "digest", "alice:secret"));
    EXPECT_INT(ZOK, zoo_create(alice, path, "1", 1, &ZOO_CREATOR_ALL_ACL, ZOO_PERSISTENT, NULL, 0));
    proxy_cut(proxy);
    EVENTUALLY(events.disconnected > 0);
    events.connected = 0;
    proxy_resume(proxy);
    EVENTUALLY(events.connected > 0);
    EXPECT_INT(ZOK, zoo_set(alice, path, "2", 1, -1));
    zookeeper_close(alice);
}

static void configuration(void)
{
    zhandle_t *client = connect_client(NULL);
    char buffer[64];
    int length = sizeof buffer;
    struct Stat stat;
    EXPECT_INT(ZOK, zoo_getconfig(client, 0, buffer, &length, &stat));
    EXPECT_INT(0, stat.dataLength);
    length = sizeof buffer;
    EXPECT_INT(ZRECONFIGDISABLED, zoo_reconfig(
        client, "server.2=127.0.0.1:2888:3888;2181", NULL, NULL, -1, buffer, &length, &stat));
    EXPECT_INT(ZOK, zoo_exists(client, "/", 0, &stat));
    zookeeper_close(client);
}

const struct check access_checks[] = {
    {"access: a node of its creator is closed to others", creator_only},
    {"access: ACLs and their versions", acl_versions},
    {"access: an unknown scheme fails the client", unknown_scheme},
    {"access: credentials are given again after a lost connection", reconnect},
    {"access: configuration and reconfiguration", configuration},
    {NULL, NULL},
};
