import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HashSet;
import java.util.Set;

/** Passes connections on to the server, until it is told to cut them or to keep new ones out. */
final class TcpProxy implements AutoCloseable {
    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final Set<Socket> sockets = new HashSet<>();
    private final String host;
    private final int port;
    private boolean open = true;

    TcpProxy(String server) throws IOException {
        var colon = server.lastIndexOf(':');
        host = server.substring(0, colon);
        port = Integer.parseInt(server.substring(colon + 1));
        start(this::accept);
    }

    String address() {
        return "127.0.0.1:" + listener.getLocalPort();
    }

    /** Cuts all connections; clients may come back at once. */
    synchronized void cut() {
        sockets.forEach(TcpProxy::close);
        sockets.clear();
    }

    /** Cuts all connections and ends new ones as soon as they come, until {@link #restore}. */
    synchronized void block() {
        open = false;
        cut();
    }

    synchronized void restore() {
        open = true;
    }

    @Override
    public void close() {
        close(listener);
        block();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                admit(listener.accept());
            } catch (IOException closed) {
                return;
            }
        }
    }

    private synchronized void admit(Socket client) {
        try {
            if (!open) {
                client.close();
                return;
            }

            var server = new Socket(host, port);
            server.setTcpNoDelay(true);
            client.setTcpNoDelay(true);
            sockets.add(client);
            sockets.add(server);
            start(() -> pump(client, server));
            start(() -> pump(server, client));
        } catch (IOException refused) {
            close(client);
        }
    }

    private static void pump(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException ended) {
            // Cut here or at one end: the other end must learn it too.
        }

        close(from);
        close(to);
    }

    private static void close(AutoCloseable socket) {
        try {
            socket.close();
        } catch (Exception ignored) {
            // It is closed in any case.
        }
    }

    private static void start(Runnable action) {
        var thread = new Thread(action, "proxy");
        thread.setDaemon(true);
        thread.start();
    }
}
