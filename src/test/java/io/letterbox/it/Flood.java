package io.letterbox.it;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Connections on which much is sent and nothing is read. For one thread. */
public final class Flood implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final Duration STANDSTILL = Duration.ofMillis(250);

    private final List<Socket> sockets = new ArrayList<>();

    /** Connects to the server on this machine. */
    public Flood(int port, int connections) throws IOException {
        try {
            for (int i = 0; i < connections; i++) {
                sockets.add(new Socket(InetAddress.getLoopbackAddress(), port));
            }
        } catch (IOException refused) {
            close();
            throw refused;
        }
    }

    /** Sends a few bytes on each connection. */
    public Flood begin(byte[] bytes) throws IOException {
        for (Socket socket : sockets) socket.getOutputStream().write(bytes);
        return this;
    }

    /**
     * Sends on each connection, repeatedly, until everything is sent, the server closes, or nothing moves.
     *
     * @return the bytes that were sent on all of them
     */
    public long send(byte[] bytes, int times) {
        AtomicLong sent = new AtomicLong();
        List<Thread> writers = new ArrayList<>();
        for (Socket socket : sockets) {
            Thread writer = new Thread(() -> send(socket, bytes, times, sent));
            writer.setDaemon(true);
            writer.start();
            writers.add(writer);
        }
        AtomicLong before = new AtomicLong(-1);
        await().atMost(LIMIT).pollInterval(STANDSTILL).until(() -> {
            long now = sent.get();
            return before.getAndSet(now) == now || writers.stream().noneMatch(Thread::isAlive);
        });
        return sent.get();
    }

    private static void send(Socket socket, byte[] bytes, int times, AtomicLong sent) {
        try {
            OutputStream out = socket.getOutputStream();
            for (int i = 0; i < times; i++) {
                out.write(bytes);
                sent.addAndGet(bytes.length);
            }
        } catch (IOException e) {
            // Closed by the server, or by the test at its end: both are expected.
        }
    }

    /** Closes the connections. */
    @Override
    public void close() {
        for (Socket socket : sockets) {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
