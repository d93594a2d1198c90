package io.letterbox.sse;

import io.letterbox.bus.LogReader;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.groups.consumer.StreamMemberId;
import io.letterbox.ingress.DoorServices;
import io.letterbox.metadata.GroupConfigKey;
import io.letterbox.metadata.NodeImage;
import io.letterbox.metadata.SettingsOwner;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.TopicName;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.kafka.common.protocol.Errors;

/** The streams of one event loop that are group members. Owned by that event loop. */
final class GroupStreams {
    private static final int TICK_MS = 1000;

    private final DeliveryLoop loop;
    private final DoorServices services;
    private final Supplier<Future<?>> linger;
    private final Set<GroupStream> open = new LinkedHashSet<>();

    /** Departures of members that the coordinator has not answered yet. */
    private final Set<Future<?>> departures = new HashSet<>();

    /** @param linger completes after {@link DeliveryLimits#GROUP_LINGER_MS} */
    GroupStreams(DeliveryLoop loop, DoorServices services, Supplier<Future<?>> linger) {
        this.loop = loop;
        this.services = services;
        this.linger = linger;
    }

    DeliveryLoop loop() {
        return loop;
    }

    /** Completes when a client that acknowledges by itself has had time for its last acknowledgement. */
    Future<?> awaitLastAcknowledgements() {
        return linger.get();
    }

    LogReader reader() {
        return services.reader();
    }

    /** After how many ticks of silence a group's coordinator gives a member up. */
    int sessionTicks(String groupId) {
        Map<String, String> set = loop.image().settings(SettingsOwner.group(groupId));
        int standardMs = services.config().groups().sessionTimeoutMs();
        return Math.max(1, GroupConfigKey.SESSION_TIMEOUT.in(set, standardMs) / TICK_MS);
    }

    /**
     * The number of ticks until a member's next heartbeat: the coordinator's interval, or less if the coordinator is on
     * this node, where a heartbeat needs no network.
     */
    int heartbeatTicks(String groupId, GroupMember.HeartbeatAnswer answer) {
        if (services.coordinators().isNear(TopicName.CONSUMER_OFFSETS, groupId))
            return DeliveryLimits.GROUP_NEAR_HEARTBEAT_TICKS;
        return Math.max(1, answer.heartbeatIntervalMs() / TICK_MS);
    }

    int acknowledgeTicks() {
        return services.config().sse().acknowledgeSeconds();
    }

    /** A member for a stream that asks to join a group. */
    GroupMember member(SubscribeRequest request, String host) {
        return new GroupMember(services.coordinators(), loop, this::newMemberId, host, request);
    }

    private StreamMemberId newMemberId() {
        int nodeId = services.config().node().id();
        NodeImage node = loop.image().nodes().get(nodeId);
        return new StreamMemberId(nodeId, node == null ? 0 : node.epoch(), UUID.randomUUID());
    }

    /**
     * Joins a group. Fails with an {@link ApiException} if the stream is to be refused.
     *
     * @param member made for this stream
     */
    Future<GroupMember.HeartbeatAnswer> join(GroupMember member) {
        return member.takeOver()
                .compose(left -> member.heartbeat(List.of()))
                .compose(answer -> answer.error() == Errors.NONE
                        ? Future.succeededFuture(answer)
                        : Future.failedFuture(refusal(answer)));
    }

    private static ApiException refusal(GroupMember.HeartbeatAnswer answer) {
        ErrorCode code =
                switch (answer.error()) {
                    case GROUP_MAX_SIZE_REACHED -> ErrorCode.TOO_MANY_SUBSCRIBERS;
                    case GROUP_ID_NOT_FOUND -> ErrorCode.OTHER_GROUP_PROTOCOL;
                    case INVALID_GROUP_ID, INVALID_REQUEST -> ErrorCode.INVALID_REQUEST;
                    default -> ErrorCode.COORDINATOR_NOT_AVAILABLE;
                };
        return new ApiException(
                code, answer.detail() == null ? "The coordinator answered " + answer.error() + "." : answer.detail());
    }

    /** The stream of a member that has joined. */
    GroupStream stream(GroupMember member, SubscribeRequest request) {
        Map<String, Integer> known = new HashMap<>();
        for (String name : request.subscription().topics()) {
            TopicImage topic = loop.image().topics().get(name);
            if (topic != null) known.put(name, topic.partitions().size());
        }
        return new GroupStream(this, member, request, known);
    }

    void add(GroupStream stream) {
        open.add(stream);
    }

    void remove(GroupStream stream) {
        open.remove(stream);
    }

    /** Adds the departure of a member, for {@link #departed}. */
    void departing(Future<?> departure) {
        departures.add(departure);
        departure.onComplete(gone -> departures.remove(departure));
    }

    /** Completes when all departures so far have been answered, or have failed. */
    Future<Void> departed() {
        return departures.isEmpty()
                ? Future.succeededFuture()
                : Future.join(List.copyOf(departures)).transform(all -> Future.succeededFuture());
    }

    /**
     * Has all streams give up their partitions before the server stops; they stay open to have the last records
     * confirmed.
     */
    void retire() {
        for (GroupStream stream : new ArrayList<>(open)) stream.retire();
    }

    /**
     * Called once a second.
     *
     * @param nowNanos the monotonic time
     */
    void tick(long nowNanos) {
        for (GroupStream stream : new ArrayList<>(open)) stream.tick(nowNanos);
    }
}
