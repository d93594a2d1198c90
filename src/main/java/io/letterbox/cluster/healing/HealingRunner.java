package io.letterbox.cluster.healing;

import io.letterbox.cluster.Peer;
import io.letterbox.cluster.PeerRequest;
import io.letterbox.cluster.PeerRequestKind;
import io.letterbox.cluster.Peers;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.Command;
import io.letterbox.metadata.ReplicaId;
import io.letterbox.text.FileTrouble;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out what {@link Healing} says, while this node is the controller, and answers the controller on every node.
 * Owned by one event loop.
 */
public final class HealingRunner {
    private static final Logger LOG = LoggerFactory.getLogger(HealingRunner.class);
    private static final long REPORT_TIMEOUT_MS = 2_000;

    /** A leader may try for 30 s to bring a new member up to date; what comes later is seen in its report. */
    private static final long CHANGE_TIMEOUT_MS = Peers.MAX_TIMEOUT_MS;

    private final Peers peers;
    private final Node node;
    private final LongSupplier elapsedMs;
    private final Healing healing = new Healing();

    /** The last report of each node, by its directory. */
    private final Map<ReplicaId, NodeReport> reports = new HashMap<>();

    private boolean asking;

    // Written by the event loop, read by any thread.
    private volatile List<String> sentences = List.of();

    /** This node. Calls do not block. */
    public interface Node {
        /** Whether this node decides. */
        boolean isController();

        /** What the cluster has agreed on. */
        ClusterImage image();

        /** How the replicas of this node are, and what it knows of the groups that it leads. */
        Future<NodeReport> report(long atMs);

        /** Proposes a change of the metadata. */
        Future<?> propose(Command command);

        /** Changes the members of a group that this node leads; complete when that is committed. */
        Future<?> change(HealingCodec.Change change);
    }

    /** @param elapsedMs the monotonic clock */
    public HealingRunner(Peers peers, Node node, LongSupplier elapsedMs) {
        this.peers = peers;
        this.node = node;
        this.elapsedMs = elapsedMs;
        peers.answer(PeerRequestKind.REPLICAS, request -> node.report(0).map(report -> HealingCodec.encode(report)));
        peers.answer(PeerRequestKind.MEMBERS, this::change);
    }

    private Future<Buffer> change(PeerRequest request) {
        return node.change(HealingCodec.decodeChange(request.body())).map(done -> Buffer.buffer());
    }

    /** What is not as it should be, for people; of the controller only, empty on other nodes. Any thread. */
    public List<String> sentences() {
        return sentences;
    }

    /** Looks at the cluster; to be called every second. */
    public void tick() {
        if (asking) return;
        if (!node.isController()) {
            reports.clear();
            sentences = List.of();
            return;
        }
        asking = true;
        long atMs = elapsedMs.getAsLong();
        List<Future<?>> all = new ArrayList<>();
        all.add(node.report(atMs).onSuccess(this::keep));
        for (Peer peer : peers.members()) all.add(ask(peer, atMs));
        // Who does not answer is not waited for, and holds nothing up.
        Future.join(all).onComplete(asked -> {
            asking = false;
            plan();
        });
    }

    private Future<NodeReport> ask(Peer peer, long atMs) {
        ReplicaId replica = new ReplicaId(peer.node(), peer.identity().directoryId());
        return peers.ask(peer.node(), PeerRequestKind.REPLICAS, Buffer.buffer(), REPORT_TIMEOUT_MS)
                .map(body -> HealingCodec.decodeReport(replica, atMs, body))
                .onSuccess(this::keep);
    }

    private void keep(NodeReport report) {
        reports.put(report.self(), report);
    }

    private void plan() {
        if (!node.isController()) return;
        long nowMs = elapsedMs.getAsLong();
        reports.values().removeIf(report -> nowMs - report.atMs() > Healing.FRESH_MS);
        HealingPlan plan = healing.plan(node.image(), reports.values(), nowMs);
        sentences = plan.sentences();
        for (HealingStep step : plan.steps()) {
            LOG.info("To heal: {}", step);
            // A step that throws has failed like any other.
            Future.succeededFuture().compose(now -> perform(step)).onFailure(failure -> {
                LOG.info("That came to nothing for now: {} ({})", step, FileTrouble.reason(failure));
                healing.failed(step);
            });
        }
    }

    private Future<?> perform(HealingStep step) {
        if (step instanceof HealingStep.Reassign reassign)
            return node.propose(new Command.ReplaceReplica(reassign.shard(), reassign.from(), reassign.to()));
        HealingStep.ChangeMembers members = (HealingStep.ChangeMembers) step;
        HealingCodec.Change change = new HealingCodec.Change(members.group(), members.expected(), members.wanted());
        int leader = members.leader().node();
        return leader == peers.self().node()
                ? node.change(change)
                : peers.ask(leader, PeerRequestKind.MEMBERS, HealingCodec.encode(change), CHANGE_TIMEOUT_MS);
    }
}
