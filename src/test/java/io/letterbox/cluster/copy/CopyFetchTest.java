package io.letterbox.cluster.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.cluster.Peer;
import io.letterbox.cluster.PeerException;
import io.letterbox.cluster.PeerHandler;
import io.letterbox.cluster.PeerRequestKind;
import io.letterbox.cluster.Peers;
import io.letterbox.disk.FileDisk;
import io.letterbox.storage.replica.LogPosition;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CopyFetchTest {
    private static final int NODE = 2;

    @TempDir
    private Path root;

    private final Vertx vertx = Vertx.vertx();
    private final WorkerExecutor workers = vertx.createSharedWorkerExecutor("copies", 2);
    private final byte[] content = new byte[3 * CopyPlan.RANGE_BYTES + 17];
    private final CopyManifest manifest = new CopyManifest(
            1,
            new LogPosition(2, 30),
            4,
            List.of(
                    new CopyManifest.File(List.of("p", "a.log"), content.length),
                    new CopyManifest.File(List.of("replica-checkpoint"), 0)));

    private long copies;
    private int reads;
    private int failAt = -1;

    /** The other node: as {@link CopySource} answers, from memory. */
    private Buffer answer(CopyRequest request) {
        if (request instanceof CopyRequest.Pin pin) {
            if (pin.copy() != copies || copies == 0) copies++;
            return CopyCodec.encode(
                    new CopyAnswer.Pinned(copies, manifest.encode().length()));
        }
        CopyRequest.Read read = (CopyRequest.Read) request;
        Buffer file = read.file() < 0 ? manifest.encode() : Buffer.buffer(read.file() == 0 ? content : new byte[0]);
        if (read.file() >= 0 && reads++ == failAt) throw PeerException.mayBeDone(NODE, "gone");
        int end = (int) Math.min(file.length(), read.offset() + read.length());
        Buffer bytes = file.getBuffer((int) read.offset(), end);
        return CopyCodec.encode(new CopyAnswer.Range(end == file.length(), bytes));
    }

    private record OnePeer(Function<CopyRequest, Buffer> answers) implements Peers {
        @Override
        public Peer self() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Collection<Peer> members() {
            return List.of();
        }

        @Override
        public Future<Buffer> ask(int node, PeerRequestKind kind, Buffer body, long timeoutMs) {
            try {
                return Future.succeededFuture(answers.apply(CopyCodec.decodeRequest(body)));
            } catch (PeerException refused) {
                return Future.failedFuture(refused);
            }
        }

        @Override
        public void answer(PeerRequestKind kind, PeerHandler handler) {
            throw new UnsupportedOperationException();
        }
    }

    private CopyFetch fetch(CopyBudget budget) {
        CopyTarget target = new CopyTarget(new FileDisk(), root.resolve("copy"));
        return new CopyFetch(vertx, new OnePeer(this::answer), workers, target, budget, () -> 0);
    }

    private CopyManifest run(CopyFetch fetch) throws Exception {
        return fetch.run(NODE, 1, -1, () -> {}).await(30, TimeUnit.SECONDS);
    }

    @AfterEach
    void close() {
        vertx.close().await();
    }

    @Test
    void everythingComes() throws Exception {
        new Random(1).nextBytes(content);
        CopyFetch fetch = fetch(new CopyBudget(Long.MAX_VALUE / 2));
        assertThat(run(fetch)).isEqualTo(manifest);
        assertThat(root.resolve("copy").resolve("p").resolve("a.log")).hasBinaryContent(content);
        assertThat(root.resolve("copy").resolve("replica-checkpoint")).isEmptyFile();
        assertThat(fetch.doneBytes()).isEqualTo(content.length);
        assertThat(fetch.progress().file()).isEqualTo(2);
    }

    @Test
    void whatFailedIsBegunAgainAndTheSameCopyGoesOn() throws Exception {
        new Random(2).nextBytes(content);
        failAt = 2;
        assertThatThrownBy(() -> run(fetch(new CopyBudget(1L << 40)))).isInstanceOf(PeerException.class);
        assertThat(run(fetch(new CopyBudget(1L << 40)))).isEqualTo(manifest);
        assertThat(copies).as("pins").isEqualTo(1);
        assertThat(root.resolve("copy").resolve("p").resolve("a.log")).hasBinaryContent(content);
    }

    @Test
    void aCopyThatIsStoppedEnds() {
        CopyFetch fetch = fetch(new CopyBudget(1L << 40));
        fetch.stop();
        assertThatThrownBy(() -> run(fetch)).isInstanceOf(IOException.class).hasMessageContaining("stopped");
    }
}
