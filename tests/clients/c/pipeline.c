#include "client.h"
#include "suite.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Many calls in flight at once: each is answered, rightly and in the order of the calls. */

enum { CALLS = 4000 };

static pthread_mutex_t answers_lock = PTHREAD_MUTEX_INITIALIZER;
static int answers[CALLS];
static int answer_count;
static int wrong_count;

static void note_answer(const void *context, int right)
{
    pthread_mutex_lock(&answers_lock);
    answers[answer_count++] = (int)(intptr_t)context;
    wrong_count += !right;
    pthread_mutex_unlock(&answers_lock);
}

static void created(int code, const char *name, const void *context)
{
    note_answer(context, code == ZOK && name != NULL);
}

static void set(int code, const struct Stat *stat, const void *context)
{
    note_answer(context, code == ZOK && stat->version == 1);
}

static void got(int code, const char *value, int length, const struct Stat *stat, const void *context)
{
    note_answer(context, code == ZOK && stat->version == 1 && length == 4 && memcmp(value, "data", 4) == 0);
}

static void deleted(int code, const void *context)
{
    note_answer(context, code == ZOK);
}

static int count_answers(void)
{
    pthread_mutex_lock(&answers_lock);
    int count = answer_count;
    pthread_mutex_unlock(&answers_lock);
    return count;
}

static void call(zhandle_t *client, int number)
{
    char path[MAX_PATH];
    const void *context = (const void *)(intptr_t)number;
    snprintf(path, sizeof path, "%s/n-%d", root(client), number / 4);
    switch (number % 4) {
    case 0:
        EXPECT_INT(ZOK, zoo_acreate(
            client, path, "x", 1, &ZOO_OPEN_ACL_UNSAFE, ZOO_PERSISTENT, created, context));
        break;
    case 1:
        EXPECT_INT(ZOK, zoo_aset(client, path, "data", 4, 0, set, context));
        break;
    case 2:
        EXPECT_INT(ZOK, zoo_aget(client, path, 0, got, context));
        break;
    default:
        EXPECT_INT(ZOK, zoo_adelete(client, path, 1, deleted, context));
        break;
    }
}

static void in_order(void)
{
    zhandle_t *client = connect_client(NULL);
    root(client);
    for (int number = 0; number < CALLS; number++) {
        call(client, number);
    }

    EVENTUALLY(count_answers() == CALLS);
    EXPECT_INT(0, wrong_count);
    for (int number = 0; number < CALLS; number++) {
        EXPECT_INT(number, answers[number]);
    }

    zookeeper_close(client);
}

static char synced_path[MAX_PATH];
static volatile int synced_code = 1;

static void note_sync(int code, const char *path, const void *context)
{
    (void)context;
    snprintf(synced_path, sizeof synced_path, "%s", path);
    synced_code = code;
}

static void sync_path(void)
{
    zhandle_t *client = connect_client(NULL);
    const char *path = below(client, "missing");
    EXPECT_INT(ZOK, zoo_async(client, path, note_sync, NULL));
    EVENTUALLY(synced_code != 1);
    EXPECT_INT(ZOK, synced_code);
    EXPECT_TEXT(path, synced_path);
    zookeeper_close(client);
}

const struct check pipeline_checks[] = {
    {"pipeline: thousands of calls in flight are answered in order", in_order},
    {"pipeline: sync answers its path", sync_path},
    {NULL, NULL},
};
