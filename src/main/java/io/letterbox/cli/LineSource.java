package io.letterbox.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Reads lines on a thread of its own, so that the next request is filled while one is in flight, and so that lines can
 * be sent without waiting for more. The two threads share only the queue between them; when it is full, reading waits.
 */
final class LineSource {
    private static final int QUEUE_CHUNKS = 64;
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int MAX_LINE_BYTES = 64 << 20;
    private static final long POLL_MS = 100;

    /**
     * The lines of one read.
     *
     * @param last whether nothing follows
     * @param failure why nothing follows, or null if the input has ended
     */
    private record Chunk(List<byte[]> lines, boolean last, IOException failure) {}

    private final BlockingQueue<Chunk> chunks = new ArrayBlockingQueue<>(QUEUE_CHUNKS);

    // Owned by the thread that takes.
    private final Deque<byte[]> pending = new ArrayDeque<>();
    private boolean drained;
    private IOException failure;

    LineSource(InputStream in) {
        Thread reader = new Thread(() -> read(in), "letterbox-stdin");
        reader.setDaemon(true);
        reader.start();
    }

    /** Whether everything has been taken. */
    boolean ended() {
        return drained && pending.isEmpty() && failure == null;
    }

    /**
     * Takes what is there, up to limits; waits a moment if there is nothing.
     *
     * @return the lines; none at the end, and if none arrived in that moment
     * @throws IOException if the input failed, after the last line that arrived
     */
    List<byte[]> take(int maxLines, int maxBytes) throws IOException, InterruptedException {
        List<byte[]> taken = new ArrayList<>();
        int bytes = 0;
        if (pending.isEmpty() && !drained) {
            accept(chunks.poll(POLL_MS, TimeUnit.MILLISECONDS));
        }
        while (taken.size() < maxLines && bytes < maxBytes) {
            if (pending.isEmpty() && !drained) {
                accept(chunks.poll());
            }
            if (pending.isEmpty()) {
                break;
            }
            bytes += pending.peek().length;
            taken.add(pending.remove());
        }
        if (taken.isEmpty() && failure != null) {
            throw failure;
        }
        return taken;
    }

    private void accept(Chunk chunk) {
        if (chunk != null) {
            pending.addAll(chunk.lines());
            drained = chunk.last();
            failure = chunk.failure();
        }
    }

    private void read(InputStream in) {
        try {
            try {
                split(in);
                chunks.put(new Chunk(List.of(), true, null));
            } catch (IOException e) {
                chunks.put(new Chunk(List.of(), true, e));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * A line ends with LF, which is not part of it; the last line may have none. Nothing else is changed, not even a
     * CR.
     */
    private void split(InputStream in) throws IOException, InterruptedException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        byte[] buffer = new byte[BUFFER_BYTES];
        int length;
        while ((length = in.read(buffer)) >= 0) {
            List<byte[]> lines = new ArrayList<>();
            int from = 0;
            for (int i = 0; i < length; i++) {
                if (buffer[i] == '\n') {
                    line.write(buffer, from, i - from);
                    lines.add(line.toByteArray());
                    line.reset();
                    from = i + 1;
                }
            }
            line.write(buffer, from, length - from);
            if (line.size() > MAX_LINE_BYTES) {
                throw new IOException("a line is longer than " + MAX_LINE_BYTES + " bytes");
            }
            if (!lines.isEmpty()) {
                chunks.put(new Chunk(lines, false, null));
            }
        }
        if (line.size() > 0) {
            chunks.put(new Chunk(List.of(line.toByteArray()), false, null));
        }
    }
}
