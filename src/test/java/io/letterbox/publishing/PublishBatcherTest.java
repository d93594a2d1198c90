package io.letterbox.publishing;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.access.Principal;
import io.letterbox.bus.Append;
import io.letterbox.bus.Appended;
import io.letterbox.bus.FakePartitions;
import io.letterbox.bus.FakeStorage;
import io.letterbox.config.TopicsConfig;
import io.letterbox.telemetry.Door;
import io.letterbox.telemetry.Meters;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Each batch is one principal's, however the records of several come. */
class PublishBatcherTest {
    private static final Principal ALICE = new Principal(Principal.USER, "alice");
    private static final Principal BOB = new Principal(Principal.USER, "bob");

    private final Vertx vertx = Vertx.vertx();
    private final ContextInternal loop = ((VertxInternal) vertx).createEventLoopContext();

    /** What was sent, in order; noted down on the loop, to be read when all is answered. */
    private final List<String> sent = new ArrayList<>();

    private final FakeStorage storage = new FakeStorage(vertx);
    private final PublishBatcher batcher = new PublishBatcher(new Noting(), loop, Door.HTTP);
    private PublishTarget target;

    /** Notes appends down on their way to the storage. */
    private final class Noting extends FakePartitions {
        @Override
        public Future<Appended> append(Append append) {
            sent.add(append.principal().name() + " " + append.partition().partition() + ": " + append.recordCount());
            return storage.append(append);
        }
    }

    @AfterEach
    void close() {
        vertx.close().await();
    }

    private Future<?> add(Principal publisher, int partition) {
        PendingRecord record = new PendingRecord()
                .timestampMs(System.currentTimeMillis())
                .key(null)
                .value("v".getBytes(StandardCharsets.UTF_8))
                .headers(List.of());
        Promise<Long> done = Promise.promise();
        batcher.publishingAs(publisher).add(target, partition, record, new PublishCallback() {
            @Override
            public int begin(int ofPartition) {
                return 0;
            }

            @Override
            public void acknowledged(int run, long firstOffset, Appended appended) {
                done.complete(firstOffset);
            }

            @Override
            public void failed(int run, Throwable why) {
                done.fail(why);
            }
        });
        return done.future();
    }

    @Test
    void recordsOfTwoPrincipalsAreNeverInOneBatch() throws Exception {
        storage.createTopic("t", 2, Map.of());
        target = new PublishTargets(
                        storage.metadata(),
                        new TopicsConfig(false, 200, 1, Map.of()),
                        new Meters(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT)))
                .find("t");
        Promise<Void> all = Promise.promise();
        loop.runOnContext(go -> Future.all(
                        List.of(add(ALICE, 0), add(ALICE, 0), add(ALICE, 1), add(BOB, 0), add(BOB, 0), add(ALICE, 0)))
                .<Void>mapEmpty()
                .onComplete(all));
        all.future().await(30, TimeUnit.SECONDS);

        assertThat(sent).containsExactly("alice 0: 2", "alice 1: 1", "bob 0: 2", "alice 0: 1");
    }
}
