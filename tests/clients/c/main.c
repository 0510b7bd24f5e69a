#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <zookeeper/zookeeper.h>

int server_port;
int control_port;

/*
 * Drives a server with ZooKeeper's C client and prints one line per check. The arguments are two loopback ports: the
 * server's, and that of the control by which connections through proxies are cut.
 */
int main(int count, char **arguments)
{
    if (count != 3) {
        fprintf(stderr, "usage: %s SERVER-PORT CONTROL-PORT\n", arguments[0]);
        return 2;
    }

    server_port = atoi(arguments[1]);
    control_port = atoi(arguments[2]);

    /* Lost connections are what most checks are about; the library need not tell of them. */
    zoo_set_debug_level((ZooLogLevel)0);
    const struct check *const lists[] = {
        session_checks, watch_checks, node_checks, access_checks, pipeline_checks, NULL,
    };
    run_all(lists);
    return 0;
}
