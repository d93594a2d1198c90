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
 * Reads lines on a thread of its own, so that the next request fills while one is under way, and so that what has come
 * can be sent without waiting for more. The queue between the two threads is the only thing they share; when it is
 * full, the reading waits.
 */
final class LineSource {
    private static final int QUEUE_CHUNKS = 64;
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int MAX_LINE_BYTES = 64 << 20;
    private static final long POLL_MS = 100;

    /**
     * What one read brought.
     *
     * @param last whether nothing comes behind it
     * @param failure why nothing comes, or null where the input has simply ended
     */
    private record Chunk(List<byte[]> lines, boolean last, IOException failure) {}

    private final BlockingQueue<Chunk> chunks = new ArrayBlockingQueue<>(QUEUE_CHUNKS);

    // Of the thread that takes.
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
     * Takes what is there, up to limits; waits a moment when there is nothing.
     *
     * @return the lines; none at the end and when none came in that moment
     * @throws IOException when the input broke off, behind the last line that came
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

    /** A line ends with LF, which is not part of it; a last line may lack it. Nothing else is changed, not even a CR. */
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
