package io.letterbox.files;

import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * Sends a part of a file in chunks, at the pace of its reader: a worker reads, the event loop writes. The file is
 * closed at the end, whether or not the transfer succeeds. Owned by the request's event loop.
 */
final class FileTransfer {
    /** The bytes of one read. */
    static final int CHUNK_BYTES = 1 << 16;

    private static final long INTERNAL_ERROR = 2; // RFC 9113, section 7

    private final WorkerExecutor workers;
    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final FileChannel channel;
    private final long to;
    private final Runnable onEnd;
    private long position;
    private boolean ended;

    /** @param onEnd run once, on the event loop, when the file is no longer needed */
    FileTransfer(
            WorkerExecutor workers,
            HttpServerRequest request,
            FileChannel channel,
            FileAnswer.Bytes part,
            Runnable onEnd) {
        this.workers = workers;
        this.request = request;
        this.response = request.response();
        this.channel = channel;
        this.position = part.from();
        this.to = part.to();
        this.onEnd = onEnd;
    }

    void start() {
        response.closeHandler(gone -> end());
        response.exceptionHandler(gone -> end());
        next();
    }

    private void next() {
        if (ended) return;
        long from = position;
        int length = (int) Math.min(CHUNK_BYTES, to - from);
        workers.executeBlocking(() -> read(channel, from, length), false)
                .onSuccess(this::write)
                .onFailure(cut -> abort());
    }

    private static Buffer read(FileChannel channel, long from, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, from + bytes.position()) < 0) throw new EOFException("the file has become shorter");
        }
        return Buffer.buffer(bytes.array());
    }

    private void write(Buffer chunk) {
        if (ended) return;
        position += chunk.length();
        if (position == to) {
            response.end(chunk);
            end();
            return;
        }
        response.write(chunk);
        if (response.writeQueueFull()) response.drainHandler(room -> next());
        else next();
    }

    /** Breaks the connection: the announced length cannot be kept, and there is no other way to signal that. */
    private void abort() {
        if (ended) return;
        end();
        if (request.version() == HttpVersion.HTTP_2) response.reset(INTERNAL_ERROR);
        else request.connection().close();
    }

    private void end() {
        if (ended) return;
        ended = true;
        close(workers, channel);
        onEnd.run();
    }

    /** Closes a file without waiting for it. */
    static void close(WorkerExecutor workers, FileChannel channel) {
        workers.executeBlocking(
                () -> {
                    channel.close();
                    return null;
                },
                false);
    }
}
