package io.letterbox.cluster.port;

import io.letterbox.cluster.PeerException;
import io.letterbox.cluster.Probe;
import io.letterbox.metadata.Endpoint;
import io.netty.channel.ConnectTimeoutException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import java.net.ConnectException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The way to {@code cluster.port} at one address: connects when it has to ask, and again after the connection has
 * ended. Owned by one event loop.
 */
final class PortConnection {
    /** Whoever says nothing for so long, though he was asked, is not waited for any longer. */
    static final long DEAF_MS = 4_000;

    /** What a connection tells. */
    interface Listener {
        /** @param roundTripMs between question and answer */
        void probed(Endpoint address, Probe probe, long roundTripMs);

        /** What was answered is not what a node answers. */
        void refused(Endpoint address, String sentence);

        /** A connection on which somebody had answered has ended. */
        void ended(Endpoint address);

        /** The address has a machine, and no process listens there. */
        void nobody(Endpoint address);
    }

    private final NetClient client;
    private final Endpoint address;
    private final Listener listener;
    private final Map<Long, Promise<Buffer>> requests = new HashMap<>();
    private final Map<Long, Long> probesMs = new HashMap<>();
    private NetSocket socket;
    /** Whether somebody has answered on this connection. */
    private boolean answered;

    private boolean connecting;
    private boolean closed;
    private long lastNumber;
    /** Since when an answer is missing; -1 if none is. */
    private long waitingSinceMs = -1;

    private final Supplier<Long> nowMs;

    PortConnection(NetClient client, Endpoint address, Listener listener, Supplier<Long> nowMs) {
        this.client = client;
        this.address = address;
        this.listener = listener;
        this.nowMs = nowMs;
    }

    /** Asks who is there, on a new connection if there is none. */
    void probe(Probe self) {
        if (closed) return;
        if (socket != null && waitingSinceMs >= 0 && nowMs.get() - waitingSinceMs > DEAF_MS) {
            socket.close();
            return;
        }
        if (socket != null) {
            send(self);
        } else if (!connecting) {
            connecting = true;
            client.connect(address.port(), address.host()).onComplete(done -> {
                connecting = false;
                if (done.succeeded()) connected(done.result(), self);
                else if (isRefused(done.cause()) && !closed) listener.nobody(address);
            });
        }
    }

    private static boolean isRefused(Throwable failure) {
        return failure instanceof ConnectException && !(failure instanceof ConnectTimeoutException);
    }

    private void connected(NetSocket fresh, Probe self) {
        if (closed) {
            fresh.close();
            return;
        }
        socket = fresh;
        answered = false;
        waitingSinceMs = -1;
        socket.handler(Frame.reader(false, frame -> received(fresh, frame), sentence -> strange(fresh, sentence)));
        socket.exceptionHandler(broken -> {});
        socket.closeHandler(end -> ended(fresh));
        socket.write(Frame.GREETING);
        send(self);
    }

    private void send(Probe self) {
        long number = ++lastNumber;
        probesMs.put(number, nowMs.get());
        await();
        socket.write(new Frame(Frame.PROBE, number, ProbeCodec.encode(self)).encode());
    }

    private void await() {
        if (waitingSinceMs < 0) waitingSinceMs = nowMs.get();
    }

    private void received(NetSocket from, Frame frame) {
        if (from != socket) return;
        boolean rest = probesMs.size() + requests.size() > 1;
        waitingSinceMs = rest ? nowMs.get() : -1;
        if (frame.type() == Frame.PROBED) {
            Long sentMs = probesMs.remove(frame.number());
            if (sentMs != null) probed(from, frame.payload(), nowMs.get() - sentMs);
        } else if (frame.type() == Frame.ANSWER) {
            Promise<Buffer> answer = requests.remove(frame.number());
            if (answer != null) answer.complete(frame.payload());
        } else if (frame.type() == Frame.REFUSED) {
            strange(from, frame.sentence());
        } else {
            strange(from, "It has sent a frame of type " + frame.type() + ", which is no answer.");
        }
    }

    private void probed(NetSocket from, Buffer payload, long roundTripMs) {
        try {
            listener.probed(address, ProbeCodec.decode(payload), roundTripMs);
            answered = true;
        } catch (IllegalArgumentException e) {
            strange(from, e.getMessage());
        }
    }

    private void strange(NetSocket from, String sentence) {
        listener.refused(address, sentence);
        from.close();
    }

    /** Whether there is a connection on which nobody waits for too long. */
    boolean isOpen() {
        return socket != null;
    }

    /** Asks for something; complete when it is answered, or the connection has ended. */
    Future<Buffer> request(int node, Buffer envelope) {
        if (socket == null) {
            return Future.failedFuture(PeerException.notSent(node, "there is no connection to it"));
        }
        long number = ++lastNumber;
        Promise<Buffer> answer = Promise.promise();
        requests.put(number, answer);
        await();
        socket.write(new Frame(Frame.REQUEST, number, envelope).encode());
        return answer.future()
                .recover(failure -> Future.failedFuture(PeerException.mayBeDone(node, "the connection to it ended")));
    }

    private void ended(NetSocket which) {
        if (which != socket) return;
        socket = null;
        waitingSinceMs = -1;
        probesMs.clear();
        List<Promise<Buffer>> lost = List.copyOf(requests.values());
        requests.clear();
        lost.forEach(request -> request.tryFail("ended"));
        if (answered && !closed) listener.ended(address);
    }

    void close() {
        closed = true;
        if (socket != null) socket.close();
    }
}
