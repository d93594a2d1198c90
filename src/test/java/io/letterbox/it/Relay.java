package io.letterbox.it;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Passes bytes between clients and a server, and fails on demand: like a proxy or a NAT that has forgotten a
 * connection, which stays open and carries nothing any more, or like one that closes it. Has threads of its own; safe
 * on any.
 */
final class Relay implements AutoCloseable {
    private static final int BUFFER_BYTES = 8192;

    /** A client's connection and the one to the server. */
    private final class Link {
        final Socket client;
        final Socket server;
        volatile boolean streams;
        volatile boolean forgotten;

        Link(Socket client, Socket server) {
            this.client = client;
            this.server = server;
            start(() -> pump(client.getInputStream(), server.getOutputStream(), true));
            start(() -> pump(server.getInputStream(), client.getOutputStream(), false));
        }

        private void pump(InputStream in, OutputStream out, boolean requests) throws IOException {
            byte[] bytes = new byte[BUFFER_BYTES];
            for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
                if (requests) note(new String(bytes, 0, count, StandardCharsets.ISO_8859_1));
                if (!forgotten) out.write(bytes, 0, count);
            }
            // The client's end is noticed, but a client that waits notices nothing.
            if (requests || !forgotten) cut();
        }

        private void note(String request) {
            if (!request.contains("/events")) return;
            streams = true;
            streamRequests.add(request);
        }

        void cut() throws IOException {
            client.close();
            server.close();
        }
    }

    private interface Task {
        void run() throws IOException;
    }

    private final ServerSocket door;
    private final List<Link> links = new CopyOnWriteArrayList<>();
    private final List<String> streamRequests = new CopyOnWriteArrayList<>();

    /** @param port of the server, on this machine */
    Relay(int port) {
        try {
            door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start(() -> {
            while (true) {
                Socket client = door.accept();
                links.add(new Link(client, new Socket(InetAddress.getLoopbackAddress(), port)));
            }
        });
    }

    URI base() {
        return URI.create("http://127.0.0.1:" + door.getLocalPort() + "/");
    }

    /** The heads of the requests for streams, in order. */
    List<String> streamRequests() {
        return streamRequests;
    }

    /** Stops carrying anything on the open streams, which stay open; later streams are not affected. */
    void forgetStreams() {
        for (Link link : links) if (link.streams) link.forgotten = true;
    }

    /** Closes the open streams. */
    void cutStreams() throws IOException {
        for (Link link : links) if (link.streams) link.cut();
    }

    private static void start(Task task) {
        Thread thread = new Thread(() -> {
            try {
                task.run();
            } catch (IOException e) {
                // One side has closed, or the relay.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        door.close();
        for (Link link : links) link.cut();
    }
}
