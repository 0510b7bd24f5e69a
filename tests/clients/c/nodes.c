#include "client.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The calls that read and write nodes: their results, their errors and the Stat. */

static void create_modes(void)
{
    zhandle_t *client = connect_client(NULL);
    int64_t session = zoo_client_id(client)->client_id;
    const struct {
        int mode;
        const char *name;
        const char *expected;
        int64_t owner;
        int64_t ttl;
    } cases[] = {
        {ZOO_PERSISTENT, "persistent", "persistent", 0, -1},
        {ZOO_EPHEMERAL, "ephemeral", "ephemeral", session, -1},
        {ZOO_PERSISTENT_SEQUENTIAL, "p-", "p-0000000002", 0, -1},
        {ZOO_EPHEMERAL_SEQUENTIAL, "e-", "e-0000000003", session, -1},
        {ZOO_CONTAINER, "container", "container", 0, -1},
        {ZOO_PERSISTENT_WITH_TTL, "ttl", "ttl", 0, 60000},
        {ZOO_PERSISTENT_SEQUENTIAL_WITH_TTL, "t-", "t-0000000006", 0, 60000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char path[MAX_PATH];
        struct Stat stat, again;
        EXPECT_INT(ZOK, zoo_create2_ttl(client, below(client, cases[i].name), "data", 4, &ZOO_OPEN_ACL_UNSAFE,
            cases[i].mode, cases[i].ttl, path, sizeof path, &stat));
        EXPECT_TEXT(below(client, cases[i].expected), path);
        EXPECT_INT(cases[i].owner, stat.ephemeralOwner);
        EXPECT_INT(4, stat.dataLength);
        EXPECT_INT(ZOK, zoo_exists(client, path, 0, &again));
        EXPECT(stat.czxid > 0);
        EXPECT_INT(stat.czxid, again.czxid);
        EXPECT_INT(stat.ctime, again.ctime);
    }

    struct Stat parent;
    EXPECT_INT(ZOK, zoo_exists(client, root(client), 0, &parent));
    EXPECT_INT(7, parent.numChildren);
    EXPECT_INT(7, parent.cversion);
    zookeeper_close(client);
}

static void create_names(void)
{
    zhandle_t *client = connect_client(NULL);
    char path[MAX_PATH];
    EXPECT_INT(ZOK, zoo_create(client, below(client, "a"), "", 0, &ZOO_OPEN_ACL_UNSAFE, ZOO_PERSISTENT,
        path, sizeof path));
    EXPECT_TEXT(below(client, "a"), path);
    EXPECT_INT(ZOK, zoo_create(client, below(client, "n-"), "", 0, &ZOO_OPEN_ACL_UNSAFE,
        ZOO_PERSISTENT_SEQUENTIAL, path, sizeof path));
    EXPECT_TEXT(below(client, "n-0000000001"), path);
    EXPECT_INT(ZOK, zoo_create_ttl(client, below(client, "t-"), "", 0, &ZOO_OPEN_ACL_UNSAFE,
        ZOO_PERSISTENT_SEQUENTIAL_WITH_TTL, 60000, path, sizeof path));
    EXPECT_TEXT(below(client, "t-0000000002"), path);
    zookeeper_close(client);
}

static void data(void)
{
    zhandle_t *client = connect_client(NULL);
    const char *path = make(client, below(client, "node"));
    char buffer[16];
    int length = sizeof buffer;
    struct Stat stat;
    EXPECT_INT(ZOK, zoo_get(client, path, 0, buffer, &length, &stat));
    EXPECT_INT(-1, length);
    EXPECT_INT(0, stat.dataLength);
    EXPECT_INT(ZOK, zoo_set(client, path, "", 0, 0));
    length = sizeof buffer;
    EXPECT_INT(ZOK, zoo_get(client, path, 0, buffer, &length, &stat));
    EXPECT_INT(0, length);
    EXPECT_INT(ZOK, zoo_set2(client, path, "hello", 5, 1, &stat));
    EXPECT_INT(2, stat.version);
    EXPECT(stat.mzxid > stat.czxid);
    length = sizeof buffer;
    EXPECT_INT(ZOK, zoo_get(client, path, 0, buffer, &length, &stat));
    EXPECT_INT(5, length);
    EXPECT(memcmp(buffer, "hello", 5) == 0);
    EXPECT(llabs(stat.mtime - time(NULL) * 1000LL) < 60000);
    zookeeper_close(client);
}

static void large_data(void)
{
    enum { SIZE = 1000000 };
    zhandle_t *client = connect_client(NULL);
    const char *path = make(client, below(client, "node"));
    char *written = malloc(SIZE), *read = malloc(SIZE);
    for (int i = 0; i < SIZE; i++) {
        written[i] = (char)(i * 31);
    }

    EXPECT_INT(ZOK, zoo_set(client, path, written, SIZE, -1));
    int length = SIZE;
    EXPECT_INT(ZOK, zoo_get(client, path, 0, read, &length, NULL));
    EXPECT_INT(SIZE, length);
    EXPECT(memcmp(written, read, SIZE) == 0);
    free(written);
    free(read);
    zookeeper_close(client);
}

static void errors(void)
{
    zhandle_t *client = connect_client(NULL);
    const char *path = make(client, below(client, "node"));
    const char *missing = below(client, "missing");
    const char *ephemeral = below(client, "node/e");
    char buffer[8];
    int length = sizeof buffer;
    struct String_vector children;
    EXPECT_INT(ZOK, zoo_create(client, ephemeral, "", 0, &ZOO_OPEN_ACL_UNSAFE, ZOO_EPHEMERAL, NULL, 0));
    EXPECT_INT(ZNODEEXISTS, zoo_create(client, path, "", 0, &ZOO_OPEN_ACL_UNSAFE, ZOO_PERSISTENT, NULL, 0));
    EXPECT_INT(ZNOCHILDRENFOREPHEMERALS, zoo_create(
        client, below(client, "node/e/x"), "", 0, &ZOO_OPEN_ACL_UNSAFE, ZOO_PERSISTENT, NULL, 0));
    EXPECT_INT(ZNONODE, zoo_create(
        client, below(client, "missing/x"), "", 0, &ZOO_OPEN_ACL_UNSAFE, ZOO_PERSISTENT, NULL, 0));
    EXPECT_INT(ZNONODE, zoo_exists(client, missing, 0, NULL));
    EXPECT_INT(ZNONODE, zoo_get(client, missing, 0, buffer, &length, NULL));
    EXPECT_INT(ZNONODE, zoo_set(client, missing, "", 0, -1));
    EXPECT_INT(ZNONODE, zoo_get_children(client, missing, 0, &children));
    EXPECT_INT(ZNONODE, zoo_delete(client, missing, -1));
    EXPECT_INT(ZBADVERSION, zoo_set(client, path, "", 0, 7));
    EXPECT_INT(ZBADVERSION, zoo_delete(client, ephemeral, 7));
    EXPECT_INT(ZNOTEMPTY, zoo_delete(client, path, -1));
    EXPECT_INT(ZOK, zoo_delete(client, ephemeral, 0));
    EXPECT_INT(ZOK, zoo_delete(client, path, -1));
    EXPECT_INT(ZNONODE, zoo_exists(client, path, 0, NULL));
    zookeeper_close(client);
}

static int compare(const void *one, const void *other)
{
    return strcmp(*(char *const *)one, *(char *const *)other);
}

static void children(void)
{
    zhandle_t *client = connect_client(NULL);
    struct String_vector names;
    EXPECT_INT(ZOK, zoo_get_children(client, root(client), 0, &names));
    EXPECT_INT(0, names.count);
    make(client, below(client, "b"));
    make(client, below(client, "a"));
    make(client, below(client, "a/deeper"));
    struct Stat stat;
    EXPECT_INT(ZOK, zoo_get_children2(client, root(client), 0, &names, &stat));
    EXPECT_INT(2, names.count);
    EXPECT_INT(2, stat.numChildren);
    qsort(names.data, 2, sizeof *names.data, compare);
    EXPECT_TEXT("a", names.data[0]);
    EXPECT_TEXT("b", names.data[1]);
    deallocate_String_vector(&names);
    zookeeper_close(client);
}

static void multi(void)
{
    zhandle_t *client = connect_client(NULL);
    const char *path = below(client, "node");
    char made[MAX_PATH], first[MAX_PATH], second[MAX_PATH];
    struct Stat stat, child;
    zoo_op_t operations[6];
    zoo_op_result_t results[6];
    const char *numbered = below(client, "node/n-");
    zoo_create_op_init(&operations[0], path, "1", 1, &ZOO_OPEN_ACL_UNSAFE, ZOO_PERSISTENT, made, sizeof made);
    zoo_create_op_init(&operations[1], numbered, NULL, -1, &ZOO_OPEN_ACL_UNSAFE, ZOO_PERSISTENT_SEQUENTIAL,
        first, sizeof first);
    zoo_create_op_init(&operations[2], numbered, NULL, -1, &ZOO_OPEN_ACL_UNSAFE, ZOO_EPHEMERAL_SEQUENTIAL,
        second, sizeof second);
    zoo_set_op_init(&operations[3], path, "2", 1, 0, &stat);
    zoo_check_op_init(&operations[4], path, 1);
    zoo_delete_op_init(&operations[5], below(client, "node/n-0000000000"), 0);
    EXPECT_INT(ZOK, zoo_multi(client, 6, operations, results));
    for (int i = 0; i < 6; i++) {
        EXPECT_INT(ZOK, results[i].err);
    }

    EXPECT_TEXT(path, made);
    EXPECT_TEXT(below(client, "node/n-0000000000"), first);
    EXPECT_TEXT(below(client, "node/n-0000000001"), second);
    EXPECT_INT(1, stat.version);
    EXPECT_INT(ZOK, zoo_exists(client, second, 0, &child));
    EXPECT_INT(stat.mzxid, child.czxid);
    EXPECT_INT(ZNONODE, zoo_exists(client, first, 0, NULL));
    zookeeper_close(client);
}

static void failing_multi(void)
{
    zhandle_t *client = connect_client(NULL);
    const char *kept = make(client, below(client, "kept"));
    const char *made = below(client, "made");
    zoo_op_t operations[4];
    zoo_op_result_t results[4];
    zoo_create_op_init(&operations[0], made, "", 0, &ZOO_OPEN_ACL_UNSAFE, ZOO_PERSISTENT, NULL, 0);
    zoo_set_op_init(&operations[1], kept, "x", 1, 0, NULL);
    zoo_check_op_init(&operations[2], kept, 9);
    zoo_delete_op_init(&operations[3], kept, -1);
    EXPECT_INT(ZBADVERSION, zoo_multi(client, 4, operations, results));
    EXPECT_INT(ZOK, results[0].err);
    EXPECT_INT(ZOK, results[1].err);
    EXPECT_INT(ZBADVERSION, results[2].err);
    EXPECT_INT(ZRUNTIMEINCONSISTENCY, results[3].err);
    struct Stat stat;
    EXPECT_INT(ZNONODE, zoo_exists(client, made, 0, NULL));
    EXPECT_INT(ZOK, zoo_exists(client, kept, 0, &stat));
    EXPECT_INT(0, stat.version);
    zookeeper_close(client);
}

const struct check node_checks[] = {
    {"node: every create mode, with its Stat", create_modes},
    {"node: names that the server completes", create_names},
    {"node: null, empty and other data", data},
    {"node: large data", large_data},
    {"node: errors", errors},
    {"node: children", children},
    {"node: a multi takes effect at once", multi},
    {"node: a multi that fails undoes all, and each tells its result", failing_multi},
    {NULL, NULL},
};
