package io.letterbox.it;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * A well-behaved client with an address of its own: it publishes over one connection that it keeps, and again and again
 * over new ones, and notes how long each answer took. Tests of attacks compare its figures before and during the
 * attack.
 *
 * <p>Two threads publish and note the figures under the lock of this object; the test calls it from its own thread.
 */
public final class HonestClient implements AutoCloseable {
    /** Its address; attackers use 127.0.0.1. */
    public static final String ADDRESS = "127.0.0.2";

    /** The longest time that a request may take under attack. */
    public static final Duration LONGEST = Duration.ofSeconds(1);

    /** The factor by which the slowest hundredth may become slower. */
    private static final int SLOWER_AT_MOST = 2;

    /**
     * Below this, a slow hundredth is attributed to the machine: attacker, server and other tests share its cores, and
     * with five threads per core, a thread waits a few tenths of a second. The factor is for an idle machine.
     */
    private static final Duration NOISE = Duration.ofMillis(500);

    private static final int ANSWER_LIMIT_MS = 10_000;
    private static final long KEPT_PAUSE_MS = 20;
    private static final long NEW_PAUSE_MS = 100;
    private static final String TOPIC = "honest";
    private static final byte[] REQUEST = ("POST /topics/" + TOPIC + " HTTP/1.1\r\nHost: localhost\r\n"
                    + "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\nhi")
            .getBytes(StandardCharsets.US_ASCII);

    /**
     * The figures of a period.
     *
     * @param count requests that were answered with 200
     * @param refused the outcomes of the others: another status, a connection that was refused or closed, no answer
     * @param p99 the 99th percentile of the answered requests
     * @param max the slowest
     */
    public record Report(int count, List<String> refused, Duration p99, Duration max) {
        /** The harm of an attack, compared with a report from before it, in words; empty if there is none. */
        public List<String> harmBeside(Report quiet) {
            List<String> harm = new ArrayList<>();
            if (count == 0) harm.add("no request was answered");
            if (!refused.isEmpty()) harm.add(refused.size() + " refused, such as: " + refused.get(0));
            if (max.compareTo(LONGEST) > 0) harm.add("a request took " + max.toMillis() + " ms");
            Duration twice = quiet.p99.multipliedBy(SLOWER_AT_MOST);
            Duration bearable = twice.compareTo(NOISE) > 0 ? twice : NOISE;
            if (p99.compareTo(bearable) > 0) {
                harm.add("p99 rose from " + quiet.p99.toMillis() + " to " + p99.toMillis() + " ms");
            }
            return harm;
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%d answered, %d refused, p99 %.1f ms, max %.1f ms",
                    count,
                    refused.size(),
                    p99.toNanos() / 1e6,
                    max.toNanos() / 1e6);
        }
    }

    private final int port;
    private final List<Thread> threads;

    // Guarded by this.
    private List<Long> nanos = new ArrayList<>();
    private List<String> refused = new ArrayList<>();

    private volatile boolean working = true;

    private HonestClient(int port) {
        this.port = port;
        this.threads = List.of(thread(this::publishOnOne), thread(this::publishOnMany));
    }

    /** Starts to publish to the HTTP port of a server on this machine; the first request creates the topic. */
    public static HonestClient begin(int port) {
        HonestClient client = new HonestClient(port);
        client.threads.forEach(Thread::start);
        return client;
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "honest client");
        thread.setDaemon(true);
        return thread;
    }

    /** The figures since the beginning, or since the last call. */
    public synchronized Report report() {
        List<Long> sorted = new ArrayList<>(nanos);
        Collections.sort(sorted);
        Report report = new Report(sorted.size(), List.copyOf(refused), at(sorted, 0.99), at(sorted, 1));
        nanos = new ArrayList<>();
        refused = new ArrayList<>();
        return report;
    }

    /** The figures of a period of this length. */
    public Report reportOf(Duration time) throws InterruptedException {
        report();
        Thread.sleep(time.toMillis());
        return report();
    }

    private static Duration at(List<Long> sorted, double share) {
        if (sorted.isEmpty()) return Duration.ZERO;
        int index = (int) Math.ceil(sorted.size() * share) - 1;
        return Duration.ofNanos(sorted.get(Math.max(0, index)));
    }

    private void publishOnOne() {
        Socket kept = null;
        while (working) {
            long start = System.nanoTime();
            try {
                if (kept == null) kept = connect();
                publish(kept);
                answered(System.nanoTime() - start);
            } catch (IOException failure) {
                failed("on a kept connection: ", failure);
                close(kept);
                kept = null;
            }
            pause(KEPT_PAUSE_MS);
        }
        close(kept);
    }

    private void publishOnMany() {
        while (working) {
            long start = System.nanoTime();
            try (Socket fresh = connect()) {
                publish(fresh);
                answered(System.nanoTime() - start);
            } catch (IOException failure) {
                failed("on a new connection: ", failure);
            }
            pause(NEW_PAUSE_MS);
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(ANSWER_LIMIT_MS);
            socket.bind(new InetSocketAddress(ADDRESS, 0));
            socket.connect(new InetSocketAddress("127.0.0.1", port), ANSWER_LIMIT_MS);
            return socket;
        } catch (IOException failure) {
            socket.close();
            throw failure;
        }
    }

    private static void publish(Socket socket) throws IOException {
        socket.getOutputStream().write(REQUEST);
        InputStream in = socket.getInputStream();
        String status = line(in);
        int length = 0;
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            if (header.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                length = Integer.parseInt(
                        header.substring("content-length:".length()).strip());
            }
        }
        String body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
        if (!status.startsWith("HTTP/1.1 200 ")) throw new IOException(status + " " + body);
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) throw new EOFException("closed");
            if (next != '\r') line.append((char) next);
        }
        return line.toString();
    }

    private synchronized void answered(long took) {
        nanos.add(took);
    }

    private synchronized void failed(String where, IOException failure) {
        // Failures after the end are caused by the test.
        if (working) refused.add(where + failure.getMessage());
    }

    private static void close(Socket socket) {
        try {
            if (socket != null) socket.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends both of its threads. */
    @Override
    public void close() {
        working = false;
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
