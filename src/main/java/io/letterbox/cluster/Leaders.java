package io.letterbox.cluster;

import io.letterbox.metadata.ShardLeader;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Who leads which shard: from this node's own replicas, and for all others from hints that nodes give each other. A
 * leader tells everybody at once, and again every few seconds, because hints get lost. Any thread; what is heard is
 * taken one after the other on the owner's.
 */
public final class Leaders {
    /** How often {@link #tell} is to be called. */
    public static final long REPEAT_MS = 3_000;

    private static final long TIMEOUT_MS = 2_000;

    private final Peers peers;
    private final Executor owner;

    // Owned by the owner's thread.
    private final LeaderTable table = new LeaderTable();
    private final List<Consumer<Map<Integer, ShardLeader>>> listeners = new ArrayList<>();

    // Written by the owner's thread, read by any.
    private volatile Map<Integer, ShardLeader> known = Map.of();

    /** @param owner runs what it is given one after the other, as an event loop does */
    public Leaders(Peers peers, Executor owner) {
        this.peers = peers;
        this.owner = owner;
        peers.answer(PeerRequestKind.LEADER_HINTS, this::answer);
    }

    /** Who leads a shard; null if nothing was heard of it. */
    public ShardLeader leaderOf(int shard) {
        return known.get(shard);
    }

    /** What is known, by shard; immutable. */
    public Map<Integer, ShardLeader> all() {
        return known;
    }

    /** Has somebody told after each change, on the owner's thread; at once with what is known. */
    public void listen(Consumer<Map<Integer, ShardLeader>> listener) {
        owner.execute(() -> {
            listeners.add(listener);
            listener.accept(known);
        });
    }

    /**
     * This node's own replica of a shard has heard who leads it, or that an election goes on.
     *
     * @param leader with the nodes in sync if this node is the leader itself
     */
    public void local(int shard, ShardLeader leader) {
        owner.execute(() -> {
            if (!table.local(shard, leader)) return;
            changed();
            if (leader.node() == peers.self().node()) tell();
        });
    }

    /** Shards are no more, or their terms begin anew. */
    public void forget(Collection<Integer> shards) {
        List<Integer> gone = List.copyOf(shards);
        owner.execute(() -> {
            if (table.forget(gone)) changed();
        });
    }

    /** Tells all others which shards this node leads, and hears which ones they lead. */
    public void tell() {
        owner.execute(() -> {
            Buffer hints = LeaderHintCodec.encode(table.ledBy(peers.self().node()));
            for (Peer peer : peers.members()) ask(peer, hints.copy());
        });
    }

    /**
     * Asks one other node for all that it knows, as after an answer that it leads no more.
     *
     * @return complete when that is known here; never fails
     */
    public Future<Void> askFor(int node) {
        Promise<Void> heard = Promise.promise();
        owner.execute(() -> {
            Peer peer = peers.member(node);
            if (peer == null) {
                heard.complete();
            } else {
                ask(peer, Buffer.buffer()).onComplete(done -> heard.complete());
            }
        });
        return heard.future();
    }

    private Future<Void> ask(Peer peer, Buffer hints) {
        Promise<Void> heard = Promise.promise();
        peers.ask(peer.node(), PeerRequestKind.LEADER_HINTS, hints, TIMEOUT_MS)
                .map(LeaderHintCodec::decode)
                .onFailure(heard::fail)
                .onSuccess(told -> owner.execute(() -> {
                    hear(peer.node(), told);
                    heard.complete();
                }));
        return heard.future();
    }

    /** An empty question is for all that is known; otherwise it tells, and is for what this node leads. */
    private Future<Buffer> answer(PeerRequest request) {
        Promise<Buffer> answer = Promise.promise();
        List<LeaderHint> told = request.body().length() == 0 ? null : LeaderHintCodec.decode(request.body());
        owner.execute(() -> {
            if (told != null) hear(request.from().node(), told);
            answer.complete(LeaderHintCodec.encode(
                    told == null ? table.all() : table.ledBy(peers.self().node())));
        });
        return answer.future();
    }

    private void hear(int from, List<LeaderHint> hints) {
        if (table.hinted(from, hints)) changed();
    }

    private void changed() {
        known = table.leaders();
        for (Consumer<Map<Integer, ShardLeader>> listener : listeners) listener.accept(known);
    }
}
