package io.letterbox.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.audit.Actor;
import io.letterbox.bus.Metadata;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.Command;
import io.letterbox.metadata.Reply;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProducerIdsTest {
    private final Vertx vertx = Vertx.vertx();
    private final Log log = new Log();

    /** Accepts all commands, or refuses all. */
    private static final class Log implements Metadata {
        volatile long version = 6;
        volatile boolean refuses;

        @Override
        public ClusterImage image() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Future<Reply> propose(Command command, Actor by) {
            assertThat(command).isEqualTo(new Command.AllocateProducerIds());
            if (refuses) return Future.failedFuture(new ApiException(ErrorCode.STORAGE_FAILED, "The disk is gone."));
            return Future.succeededFuture(new Reply.Applied(++version));
        }

        @Override
        public void onChange(Consumer<ClusterImage> listener) {
            throw new UnsupportedOperationException();
        }
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().await(30, TimeUnit.SECONDS);
    }

    @Test
    void everyIdIsAllocatedOnce() throws Exception {
        List<Future<Long>> asked = new ArrayList<>();
        ProducerIds one = new ProducerIds(vertx, log);
        ProducerIds two = new ProducerIds(vertx, log);
        for (int i = 0; i < ProducerIds.BLOCK; i++) {
            asked.add(one.next());
            asked.add(two.next());
            asked.add(one.next());
        }
        Set<Long> ids = new HashSet<>();
        for (Future<Long> answer : asked) ids.add(answer.await(30, TimeUnit.SECONDS));
        assertThat(ids).hasSize(3 * ProducerIds.BLOCK).allMatch(id -> id >= 7 * ProducerIds.BLOCK);
        assertThat(log.version).isEqualTo(9);
    }

    @Test
    void aRefusalIsToldAndTheNextOneAsksAgain() throws Exception {
        ProducerIds ids = new ProducerIds(vertx, log);
        log.refuses = true;
        Future<Long> refused = ids.next();
        assertThat(refused.otherwise(-1L).await(30, TimeUnit.SECONDS)).isEqualTo(-1L);
        assertThat(refused.cause()).hasMessage("The disk is gone.");
        log.refuses = false;
        assertThat(ids.next().await(30, TimeUnit.SECONDS)).isEqualTo(7L * ProducerIds.BLOCK);
    }
}
