package io.letterbox;

import io.letterbox.bus.ClusterFigures;
import io.letterbox.bus.ClusterInspection;
import io.letterbox.bus.Metadata;
import io.letterbox.cluster.Peer;
import io.letterbox.cluster.status.ClusterSurvey;
import io.letterbox.cluster.status.LedShards;
import io.letterbox.cluster.status.MinInSync;
import io.letterbox.cluster.status.NodeReport;
import io.letterbox.cluster.status.TroubleLog;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.ShardImage;
import io.letterbox.metadata.ShardLeader;
import io.letterbox.storage.DiskReserve;
import io.letterbox.telemetry.Health;
import io.letterbox.telemetry.Health.Condition;
import io.letterbox.telemetry.Health.State;
import io.letterbox.time.Clock;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a node of a cluster says of itself, gathered from its parts. Any thread. */
final class ClusterSelf implements ClusterSurvey.Self {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterSelf.class);
    private static final long LOOK_MS = 1_000;

    private final ClusterAssembly cluster;
    private final ClusterShards shards;
    private final Metadata metadata;
    private final Health health;
    private final DiskReserve disk;
    private final long startedMs = Clock.system().wallMs();
    private volatile Demands demands = new Demands(null, Map.of());

    // Owned by the event loop that looks.
    private final TroubleLog troubleLog = new TroubleLog();

    /** What the topics of an image demand, because health is asked far more often than they change. */
    private record Demands(ClusterImage image, Map<Integer, Integer> byShard) {}

    ClusterSelf(ClusterAssembly cluster, ClusterShards shards, Metadata metadata, Health health, DiskReserve disk) {
        this.cluster = cluster;
        this.shards = shards;
        this.metadata = metadata;
        this.health = health;
        this.disk = disk;
    }

    /** Begins to answer other nodes that ask, and to log what is wrong; gives what asks them. */
    ClusterInspection inspection(Vertx vertx) {
        vertx.setPeriodic(LOOK_MS, fired -> logTroubles());
        return new ClusterSurvey(vertx, cluster.peers(), metadata, this);
    }

    @Override
    public NodeReport report() {
        Condition condition = health.condition();
        boolean ready = condition.state() == State.READY;
        String reason =
                condition.reason() == null ? condition.state().name().toLowerCase(Locale.ROOT) : condition.reason();
        return new NodeReport(
                cluster.self().node(),
                ready,
                ready ? "" : reason,
                startedMs,
                disk.freeBytes(),
                disk.reserveBytes(),
                shards.watch().replicas(),
                troublesHere());
    }

    /** What only this node knows. */
    private List<String> troublesHere() {
        List<String> troubles = new ArrayList<>(cluster.others().sentences());
        troubles.addAll(shards.sentences());
        return troubles;
    }

    @Override
    public Map<Integer, Long> clocksAheadMs() {
        return cluster.others().clocksAheadMs();
    }

    /** A start and a stop say what they wait for by themselves. */
    private void logTroubles() {
        if (health.condition().state() != State.READY) return;
        for (TroubleLog.News news :
                troubleLog.look(shardTroubles(), Clock.system().elapsedMs())) {
            if (news.over()) LOG.info("Over: {}", news.sentence());
            else LOG.warn("{}", news.sentence());
        }
    }

    @Override
    public List<String> troubles() {
        List<String> troubles = new ArrayList<>(cluster.others().sentences());
        troubles.addAll(shardTroubles());
        return troubles;
    }

    private List<String> shardTroubles() {
        List<String> troubles = new ArrayList<>();
        for (ShardImage shard : leaderless()) {
            troubles.add("Shard " + shard.id() + " has no leader as far as this node knows: its partitions can be read"
                    + " and not written.");
        }
        troubles.addAll(led().troubles());
        return troubles;
    }

    private List<ShardImage> leaderless() {
        Map<Integer, ShardLeader> leaders = cluster.leaders().all();
        return metadata.image().shards().stream()
                .filter(shard -> {
                    ShardLeader leader = leaders.get(shard.id());
                    return leader == null || leader.node() == ShardLeader.NOBODY;
                })
                .toList();
    }

    private LedShards led() {
        ClusterImage image = metadata.image();
        Demands known = demands;
        if (known.image != image) {
            known = new Demands(image, MinInSync.byShard(image));
            demands = known;
        }
        return new LedShards(cluster.self().node(), shards.watch().replicas(), known.byShard);
    }

    /** For the meters. */
    ClusterFigures figures() {
        ClusterImage image = metadata.image();
        LedShards led = led();
        int others = (int) cluster.peers().members().stream()
                .map(Peer::node)
                .filter(image.nodes()::containsKey)
                .count();
        return new ClusterFigures(
                image.nodes().size(),
                1 + others,
                cluster.others().bus(),
                new ClusterFigures.Shards(
                        led.count(),
                        leaderless().size(),
                        led.belowMinInSync(),
                        shards.watch().leaderChanges(),
                        shards.watch().elections()),
                led.followers(),
                cluster.forwarding(),
                clocksAheadMs());
    }
}
