package io.letterbox.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Frames of every API and version, valid and then spoiled. Each is answered as the protocol says or the connection is
 * closed; nothing fails unexpectedly, and nothing takes memory that the frame's length does not explain. Replay one
 * with {@code mvn test -Dtest=KafkaFuzzTest -Dletterbox.fuzzSeed=N}.
 */
class KafkaFuzzTest {
    private static final int CASES = Integer.getInteger("letterbox.fuzzCases", 120_000);
    private static final int CASES_PER_TURN = 500;
    private static final int WARM_UP_CASES = 2_000;
    private static final int SOCKET_CASES = 4_000;
    private static final int FRAMES_PER_SOCKET = 3;
    private static final int BOMBS = 20;
    private static final int MOST_FAILURES = 8;
    private static final int PATIENCE_MS = 30_000;

    private final ListAppender<ILoggingEvent> unexpected = new ListAppender<>();
    private final Logger doorLog = (Logger) LoggerFactory.getLogger("io.letterbox.kafka");
    private final TestKafkaDoor door = new TestKafkaDoor();
    private Uuid topicId;

    @BeforeEach
    void listen() {
        door.storage.createTopic("t", 2, Map.of());
        UUID id = door.storage.metadata().image().topics().get("t").id();
        topicId = new Uuid(id.getMostSignificantBits(), id.getLeastSignificantBits());
        // The messages about refused connections are counted, not printed.
        doorLog.setLevel(Level.ERROR);
        unexpected.start();
        doorLog.addAppender(unexpected);
    }

    @AfterEach
    void close() {
        doorLog.detachAppender(unexpected);
        doorLog.setLevel(null);
        door.close();
    }

    @Test
    void everyFrameIsAnsweredOrRefusedForNoMoreMemoryThanItIsWorth() throws Exception {
        Long only = Long.getLong("letterbox.fuzzSeed");
        FuzzBench bench = bench();
        // The first cases load classes and compile code, so they do not count.
        for (long seed = -WARM_UP_CASES; seed < 0; seed += CASES_PER_TURN) run(bench, seed, CASES_PER_TURN);
        bench.startCounting();
        if (only != null) {
            run(bench, only, 1);
        } else {
            for (long seed = 0; seed < CASES && bench.failures.size() < MOST_FAILURES; seed += CASES_PER_TURN) {
                run(bench, seed, CASES_PER_TURN);
            }
        }
        assertThat(bench.failures).isEmpty();
        assertThat(unexpected.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .isEmpty();
        System.out.println("KafkaFuzzTest: " + bench.handled + " handled, " + bench.unsupported + " not served, "
                + bench.refused + " refused; at most " + bench.mostFixedBytes + " bytes beyond the frame's share");
        if (only == null) {
            assertThat(bench.handled).as("frames that reached a handler").isGreaterThan(CASES / 10);
            assertThat(bench.refused).as("frames that mean nothing").isGreaterThan(CASES / 10);
        }
    }

    private void run(FuzzBench bench, long first, int count) throws Exception {
        onLoop(bench.context(), () -> {
            for (long seed = first; seed < first + count; seed++) bench.takeWithin("seed " + seed, frame(seed));
            return null;
        });
        // Long polls wait for records or until their client disconnects.
        onLoop(bench.context(), () -> {
            bench.disconnect();
            return null;
        });
    }

    @Test
    void bombsAreRefusedBeforeTheyGrow() throws Exception {
        FuzzBench bench = bench();
        RandomFrames frames = new RandomFrames(new Random(1), topicId);
        for (int i = 0; i < BOMBS; i++) {
            byte[] bomb = frames.bomb(i);
            String name = "bomb " + i;
            long allocated = onLoop(bench.context(), () -> bench.take(name, bomb));
            assertThat(allocated)
                    .as("%s, a frame of %d bytes", name, bomb.length)
                    .isLessThan(RandomFrames.BOMB_BYTES);
        }
        await().until(() -> onLoop(bench.context(), () -> bench.waiting) == 0);
        assertThat(bench.failures).isEmpty();
        assertThat(door.storage.appends()).as("bombs that were stored").isZero();
    }

    @Test
    void theSocketIsAnsweredOrClosedAndNothingIsLeftBehind() throws IOException {
        List<String> hanging = new ArrayList<>();
        for (long seed = 0; seed < SOCKET_CASES && hanging.size() < MOST_FAILURES; seed += FRAMES_PER_SOCKET) {
            if (!send(seed)) hanging.add("hangs: the frames from seed " + seed + " on");
        }
        assertThat(hanging).isEmpty();
        assertThat(unexpected.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .isEmpty();
        await().until(() -> door.entrance.open() == 0);
        await().until(() -> door.budget.usedBytes() == 0);
        try (FrameClient client = door.connect()) {
            client.ask(
                    ApiKeys.METADATA, 12, new MetadataRequestData().setTopics(List.of()), new MetadataResponseData());
        }
    }

    /** Sends some frames on one connection, some of them with a wrong length; false after the last seed. */
    private boolean send(long first) throws IOException {
        Random random = new Random(~first);
        try (Socket socket = new Socket("127.0.0.1", door.sockets.port())) {
            socket.setSoTimeout(PATIENCE_MS);
            try {
                for (long seed = first; seed < first + FRAMES_PER_SOCKET; seed++) {
                    byte[] frame = frame(seed);
                    int length = random.nextInt(20) == 0 ? random.nextInt() >> random.nextInt(32) : frame.length;
                    byte[] bytes = ByteBuffer.allocate(Integer.BYTES + frame.length)
                            .putInt(length)
                            .put(frame)
                            .array();
                    socket.getOutputStream().write(bytes);
                }
                socket.shutdownOutput();
            } catch (IOException closedEarly) {
                return true; // The server has closed the connection.
            }
            try {
                socket.getInputStream().readAllBytes();
            } catch (SocketTimeoutException e) {
                return false;
            } catch (IOException reset) {
                return true;
            }
            return true;
        }
    }

    private byte[] frame(long seed) {
        // Successive seeds would produce similar first values.
        Random random = new Random(seed * 0x9E37_79B9_7F4A_7C15L);
        byte[] frame = new RandomFrames(random, topicId).next();
        Mutation[] mutations = Mutation.values();
        for (int i = random.nextInt(3); i > 0; i--)
            frame = mutations[random.nextInt(mutations.length)].of(frame, random);
        return frame;
    }

    private FuzzBench bench() throws Exception {
        Context context = door.vertx.getOrCreateContext();
        return onLoop(context, () -> new FuzzBench(new ApiTable(door.backend, door.vertx), context));
    }

    private static <T> T onLoop(Context context, Callable<T> action) throws Exception {
        Promise<T> done = Promise.promise();
        context.runOnContext(run -> {
            try {
                done.complete(action.call());
            } catch (Exception | Error failure) {
                done.fail(failure);
            }
        });
        return done.future().await(60, TimeUnit.SECONDS);
    }
}
