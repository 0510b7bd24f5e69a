import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Kills the server and starts it again, by telling the one who holds its process. */
final class ServerControl {
    private final int port;

    ServerControl(int port) {
        this.port = port;
    }

    /** Ends the server at once, as a crash would. */
    void kill() throws IOException {
        command("kill");
    }

    /** Starts the server on the data that it had, and waits until it serves. */
    void start() throws IOException {
        command("start");
    }

    private void command(String line) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write((line + "\n").getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
            Expect.equal("ok", new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip());
        }
    }
}
