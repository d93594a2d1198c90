package io.letterbox.sse;

import io.letterbox.bus.Committed;
import io.letterbox.config.SseConfig;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.http.BundledFiles;
import io.letterbox.http.ConnectionLifetime;
import io.letterbox.http.HttpPart;
import io.letterbox.http.JsonBytes;
import io.letterbox.http.Percent;
import io.letterbox.http.Problem;
import io.letterbox.http.Proxies;
import io.letterbox.ingress.DoorServices;
import io.letterbox.ingress.UnknownTopics;
import io.letterbox.metadata.NodeImage;
import io.letterbox.telemetry.Connections;
import io.letterbox.telemetry.DisconnectReason;
import io.letterbox.telemetry.Door;
import io.netty.channel.WriteBufferWaterMark;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The streams of one event loop: {@code GET /topics/{topic}/events} and {@code GET /events?topic=a&topic=b}. Handles
 * requests before the router does, so that no routing context is kept as long as a stream lives.
 *
 * <p>One instance per event loop, owned by it. It consumes {@link Committed} there.
 */
public final class SseDelivery implements HttpPart {
    private static final String TOPICS = "/topics/";
    private static final String EVENTS = "/events";
    private static final int TICK_MS = 1000;

    private static final CharSequence CONTENT_TYPE = HttpHeaders.createOptimized("text/event-stream");
    private static final CharSequence NO_CACHE = HttpHeaders.createOptimized("no-cache, no-store, no-transform");
    private static final CharSequence ACCEL = HttpHeaders.createOptimized("x-accel-buffering");
    private static final CharSequence NO = HttpHeaders.createOptimized("no");
    private static final CharSequence TYPE_OPTIONS = HttpHeaders.createOptimized("x-content-type-options");
    private static final CharSequence NOSNIFF = HttpHeaders.createOptimized("nosniff");

    /** The ES module for browsers, the shared worker that it runs, and what both know of connections. */
    private static final BundledFiles CLIENT = new BundledFiles()
            .add("/client.js", "/io/letterbox/sse/client.js")
            .add("/client-hub.js", "/io/letterbox/sse/client-hub.js")
            .add("/client-connection.js", "/io/letterbox/sse/client-connection.js");

    private final DoorServices services;
    private final SubscriberSlots slots;
    private final Proxies proxies;
    private final Random random;
    private final WriteBufferWaterMark marks;

    // Owned by the event loop.
    private Vertx vertx;
    private DeliveryLoop loop;
    private GroupStreams groups;
    private boolean draining;

    /**
     * @param slots the one that all event loops share
     * @param random for jitter
     */
    public SseDelivery(DoorServices services, SubscriberSlots slots, Random random) {
        this.services = services;
        this.slots = slots;
        this.random = random;
        this.proxies = Proxies.of(services.config().http());
        SseConfig config = services.config().sse();
        this.marks = new WriteBufferWaterMark(config.writeQueueBytes() / 2, config.writeQueueBytes());
    }

    @Override
    public void mount(Router router, Vertx itsVertx) {
        vertx = itsVertx;
        Context context = vertx.getOrCreateContext();
        loop = new DeliveryLoop(
                services.reader(),
                services.metadata(),
                services.meters(),
                slots,
                services.config().sse(),
                random,
                task -> context.runOnContext(queued -> task.run()));
        groups = new GroupStreams(loop, services, () -> vertx.timer(DeliveryLimits.GROUP_LINGER_MS));
        services.reader().onCommitted(loop::committed);
        services.metadata().onChange(image -> loop.syncImage());
        vertx.setPeriodic(TICK_MS, timer -> {
            loop.onTick();
            groups.tick(System.nanoTime());
        });
        // The routes exist so that other methods are refused with an Allow header.
        router.get(TOPICS + ":topic" + EVENTS).handler(SseDelivery::onStrangePath);
        router.get(EVENTS).handler(SseDelivery::onStrangePath);
        CLIENT.byPath().forEach((path, file) -> router.get(path).handler(file::send));
    }

    /** A GET reaches the router only if its path becomes a stream's by normalization. */
    private static void onStrangePath(RoutingContext routed) {
        Problem.of(ErrorCode.NO_SUCH_ROUTE, "Write the path of a stream plainly: " + routed.normalizedPath() + ".")
                .send(routed.response());
    }

    @Override
    public boolean tryHandle(HttpServerRequest request) {
        HttpMethod method = request.method();
        if (method != HttpMethod.GET && method != HttpMethod.HEAD) return false;
        String path = request.path();
        if (!isStream(path)) return false;
        try {
            String topic = path.length() == EVENTS.length()
                    ? null
                    : Percent.decodePath(path.substring(TOPICS.length(), path.length() - EVENTS.length()));
            SubscribeRequest wanted = SubscribeRequest.of(request, topic);
            UnknownTopics.ask(
                    services.metadata(), request, () -> answer(request, wanted), failure -> Problem.of(failure)
                            .send(request.response()));
        } catch (ApiException refused) {
            Problem.of(refused).send(request.response());
        }
        return true;
    }

    /** A stream of a group changes state: it joins the group, takes partitions from other members, and commits. */
    @Override
    public boolean changesState(HttpServerRequest request) {
        return isStream(request.path()) && SubscribeRequest.mayJoin(request.query());
    }

    private static boolean isStream(String path) {
        if (path == null || !path.endsWith(EVENTS)) return false;
        int end = path.length() - EVENTS.length();
        return end == 0
                || path.startsWith(TOPICS) && end > TOPICS.length() && path.indexOf('/', TOPICS.length()) == end;
    }

    private void answer(HttpServerRequest request, SubscribeRequest wanted) {
        if (draining) {
            // Not a refusal, which would end an EventSource for good: the client is to come back when the server is
            // there again.
            head(request.response());
            Buffer body = Buffer.buffer("retry: " + loop.retryMs() + "\n");
            if (request.method() == HttpMethod.HEAD) request.response().end();
            else request.response().end(body);
            return;
        }
        PartitionLayout layout;
        try {
            layout = PartitionLayout.of(wanted.subscription(), loop.image());
        } catch (ApiException refused) {
            if (refused.code() != ErrorCode.UNKNOWN_TOPIC || !isOver(wanted)) throw refused;
            // The cursor's topic has been deleted for good, and 204 is how an EventSource is told not to reconnect.
            request.response().setStatusCode(204).end();
            return;
        }
        if (!slots.tryTake()) {
            throw new ApiException(
                    ErrorCode.TOO_MANY_SUBSCRIBERS,
                    "The server has as many streams as it may have (limits.subscribers is " + slots.max() + ").");
        }
        if (wanted.group() != null && request.method() != HttpMethod.HEAD) {
            join(request, wanted);
            return;
        }
        Start.of(wanted, layout, services.reader()).onComplete(start -> {
            if (start.succeeded()) {
                begin(request, wanted, layout, start.result());
            } else {
                slots.release();
                Problem.of(start.cause()).send(request.response());
            }
        });
    }

    private void join(HttpServerRequest request, SubscribeRequest wanted) {
        GroupMember member = groups.member(wanted, proxies.client(request).host());
        groups.join(member).onComplete(joined -> {
            HttpServerResponse response = request.response();
            boolean there = !response.closed() && !response.ended();
            if (joined.succeeded() && there && !draining && isComplete(wanted)) {
                begin(request, wanted, member, joined.result());
                return;
            }
            slots.release();
            if (joined.succeeded()) groups.departing(member.leave());
            Throwable refusal = joined.failed()
                    ? joined.cause()
                    : new ApiException(ErrorCode.SHUTTING_DOWN, "The server, or a topic, is going away.");
            if (there) Problem.of(refusal).send(response);
        });
    }

    private boolean isComplete(SubscribeRequest wanted) {
        return loop.image().topics().keySet().containsAll(wanted.subscription().topics());
    }

    private void begin(
            HttpServerRequest request,
            SubscribeRequest wanted,
            GroupMember member,
            GroupMember.HeartbeatAnswer joined) {
        head(request.response());
        GroupStream stream = groups.stream(member, wanted);
        JsonBytes first = preamble();
        if (wanted.heartbeat() == HeartbeatForm.EVENT) {
            HeartbeatForm.writeFirst(first, services.config().sse().heartbeatSeconds(), nodes());
            first.ascii('\n');
        }
        boolean alone = request.version() != HttpVersion.HTTP_2;
        AcknowledgedBytes bytes = AcknowledgedBytes.of(((ConnectionBase) request.connection()).channel(), alone);
        SseSink sink = open(request, first.take(), bytes, stream);
        ChannelSink.setTcpUserTimeout(request, services.config().groups().sessionTimeoutMs());
        services.meters().sse().connected(false);
        stream.start(sink, seen(request, wanted.subscription()), joined);
    }

    private boolean isOver(SubscribeRequest wanted) {
        return wanted.subscription().topics().stream()
                .anyMatch(topic -> !loop.image().topics().containsKey(topic) && wanted.hasFollowed(topic));
    }

    private void begin(HttpServerRequest request, SubscribeRequest wanted, PartitionLayout layout, Start start) {
        HttpServerResponse response = request.response();
        if (response.closed() || response.ended()) {
            slots.release();
            return;
        }
        TopicFeed feed = feed(wanted.subscription(), layout);
        if (feed == null || request.method() == HttpMethod.HEAD) {
            slots.release();
            head(response);
            response.end();
            return;
        }
        head(response);
        Position position = new Position(feed.layout().carryOver(layout, start.next()));
        Subscriber subscriber = new Subscriber(loop, feed, position, wanted.heartbeat(), null);
        SseSink sink = open(request, preamble(subscriber, start.gaps()), null, subscriber);
        subscriber.attach(sink, seen(request, wanted.subscription()));
        services.meters().sse().connected(wanted.cursor() != null);
        loop.add(subscriber);
    }

    private Connections.OpenConnection seen(HttpServerRequest request, Subscription subscription) {
        Proxies.Client client = proxies.client(request);
        Connections.OpenConnection entry =
                services.meters().connections().opened(Door.SSE, client.host(), System.nanoTime());
        entry.proxy(client.proxy());
        entry.client(request.getHeader(HttpHeaders.USER_AGENT));
        entry.doing(String.join(", ", subscription.topics()));
        return entry;
    }

    /** The feed to join; null if the topics were deleted while the start was looked up. */
    private TopicFeed feed(Subscription subscription, PartitionLayout layout) {
        try {
            TopicFeed feed = loop.feed(subscription);
            return feed.layout().continues(layout) ? feed : null;
        } catch (ApiException deleted) {
            return null;
        }
    }

    private SseSink open(
            HttpServerRequest request, Buffer first, AcknowledgedBytes bytes, SseSink.Listener subscriber) {
        ConnectionLifetime.disableIdleTimeout(request);
        boolean direct = request.version() == HttpVersion.HTTP_1_1 && ChannelSink.fits(request);
        return direct
                ? ChannelSink.open(request, first, marks, bytes, subscriber)
                : ResponseSink.open(request, first, services.config().sse().writeQueueBytes(), bytes, subscriber);
    }

    private static void head(HttpServerResponse response) {
        response.putHeader(HttpHeaders.CONTENT_TYPE, CONTENT_TYPE)
                .putHeader(HttpHeaders.CACHE_CONTROL, NO_CACHE)
                .putHeader(ACCEL, NO)
                .putHeader(TYPE_OPTIONS, NOSNIFF);
    }

    /**
     * The beginning of every stream: a comment, so that proxies pass something on and {@code onopen} fires at once, and
     * the retry time. No empty line follows, because a block without data is an empty event for many clients
     * ({@link HeartbeatForm}).
     */
    private JsonBytes preamble() {
        return new JsonBytes(256)
                .ascii(": letterbox\nretry: ")
                .number(loop.retryMs())
                .ascii('\n');
    }

    /**
     * The beginning of a stream, the gaps, and the cursor, so that a client that is cut off before the first record
     * resumes here and not at the end of the log at that time. With gaps, the cursor stands in the block of the last
     * one.
     */
    private Buffer preamble(Subscriber subscriber, List<Gap> gaps) {
        JsonBytes text = preamble();
        for (int i = 0; i < gaps.size(); i++) {
            if (i > 0) text.ascii('\n');
            gaps.get(i).writeTo(text);
            services.meters().gapEvent();
        }
        PartitionLayout layout = subscriber.feed.layout();
        if (subscriber.heartbeat == HeartbeatForm.EVENT) {
            if (!gaps.isEmpty()) text.ascii('\n');
            HeartbeatForm.writeFirst(text, services.config().sse().heartbeatSeconds(), nodes());
        }
        DeliveryLoop.writeId(text, layout, subscriber.position);
        if (subscriber.heartbeat != HeartbeatForm.COMMENT || !gaps.isEmpty()) text.ascii('\n');
        return text.take();
    }

    /** Where the nodes of the cluster are; empty for a single one. */
    private List<String> nodes() {
        Collection<NodeImage> nodes = loop.image().nodes().values();
        if (nodes.size() < 2) return List.of();
        return nodes.stream()
                .filter(node -> node.http().exists())
                .map(node -> "http://" + node.http().authority())
                .toList();
    }

    /**
     * Ends all streams at random times within the time given, and answers new requests with a retry time from now on.
     */
    @Override
    public Future<Void> drain(long millis) {
        draining = true;
        groups.retire();
        List<Subscriber> all = loop.subscribers();
        if (all.isEmpty()) return groups.departed();
        Collections.shuffle(all, random);
        ArrayDeque<Subscriber> left = new ArrayDeque<>(all);
        AtomicInteger steps = new AtomicInteger(DeliveryLimits.DRAIN_STEPS);
        Promise<Void> ended = Promise.promise();
        // The last fifth of the time is left for the sockets to send what they still hold.
        long stepMs = Math.max(1, millis * 4 / 5 / DeliveryLimits.DRAIN_STEPS);
        vertx.setPeriodic(stepMs, timer -> {
            drainStep(left, Math.max(1, steps.getAndDecrement()));
            // The subscriber of a group member is replaced when its share changes, so the list may have missed it.
            if (left.isEmpty()) left.addAll(loop.subscribers());
            if (!left.isEmpty()) return;
            vertx.cancelTimer(timer);
            ended.complete();
        });
        return ended.future().compose(gone -> groups.departed());
    }

    /** Ends some of the streams that are left. A group member stays until its client has confirmed what it was sent. */
    private void drainStep(ArrayDeque<Subscriber> left, int stepsLeft) {
        int count = (left.size() + stepsLeft - 1) / stepsLeft;
        for (int i = 0; i < count; i++) {
            Subscriber next = left.poll();
            boolean waits =
                    next.isOpen() && next.group() != null && !next.group().hasRetired();
            if (waits && stepsLeft > 1) left.add(next);
            else loop.finish(next, DisconnectReason.SHUTDOWN, "");
        }
    }
}
