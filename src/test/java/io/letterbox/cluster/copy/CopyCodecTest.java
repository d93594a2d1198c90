package io.letterbox.cluster.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.storage.replica.LogPosition;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class CopyCodecTest {
    private static final CopyManifest MANIFEST = new CopyManifest(
            7,
            new LogPosition(3, 4711),
            12,
            List.of(
                    new CopyManifest.File(
                            List.of("0b0fdb5c-6c5b-4f0e-9a63-2f5c1c3a6f9e-0", "00000000000000000000.log"), 9),
                    new CopyManifest.File(List.of("replica-checkpoint"), 0)));

    @Test
    void requestsAreReadAsTheyWereWritten() {
        for (CopyRequest request : List.of(
                new CopyRequest.Pin(3, -1, 0),
                new CopyRequest.Pin(3, 99, 1L << 40),
                new CopyRequest.Read(8, CopyRequest.Read.MANIFEST, 0, 1),
                new CopyRequest.Read(8, 5, 1L << 40, CopyPlan.RANGE_BYTES),
                new CopyRequest.Release(8))) {
            Buffer bytes = CopyCodec.encode(request);
            assertThat(CopyCodec.decodeRequest(bytes)).isEqualTo(request);
            assertThatThrownBy(() -> CopyCodec.decodeRequest(bytes.getBuffer(0, bytes.length() - 1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("too early");
        }
    }

    @Test
    void answersAreReadAsTheyWereWritten() {
        for (CopyAnswer answer : List.of(
                new CopyAnswer.Pinned(8, 1234),
                new CopyAnswer.Range(true, Buffer.buffer()),
                new CopyAnswer.Range(false, Buffer.buffer("bytes")),
                new CopyAnswer.Released())) {
            assertThat(CopyCodec.decodeAnswer(CopyCodec.encode(answer))).isEqualTo(answer);
        }
    }

    /** Byte by byte, as nodes of other versions have to read it. */
    @Test
    void theFormIsWhatTheDiagramSays() {
        assertThat(CopyCodec.encode(new CopyRequest.Read(1, 2, 3, 4)).getBytes())
                .containsExactly(1, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 4);
    }

    @Test
    void aChangedBitIsSeen() {
        Buffer bytes = CopyCodec.encode(new CopyAnswer.Range(false, Buffer.buffer("bytes")));
        bytes.setByte(9, (byte) (bytes.getByte(9) ^ 4));
        assertThatThrownBy(() -> CopyCodec.decodeAnswer(bytes)).hasMessageContaining("changed on its way");

        Buffer list = MANIFEST.encode();
        for (int at = 0; at < list.length(); at++) {
            Buffer changed = list.copy();
            changed.setByte(at, (byte) (changed.getByte(at) ^ 1));
            assertThatThrownBy(() -> CopyManifest.decode(changed)).hasMessageContaining("damaged");
        }
    }

    @Test
    void whatIsNewerOrNonsenseIsRefusedInWords() {
        Buffer newer = CopyCodec.encode(new CopyRequest.Release(8)).setByte(0, (byte) 2);
        assertThatThrownBy(() -> CopyCodec.decodeRequest(newer)).hasMessageContaining("version 2");
        Buffer unknown = CopyCodec.encode(new CopyRequest.Release(8)).setByte(1, (byte) 9);
        assertThatThrownBy(() -> CopyCodec.decodeRequest(unknown)).hasMessageContaining("type 9");
        for (CopyRequest.Read bad : List.of(
                new CopyRequest.Read(8, -2, 0, 1),
                new CopyRequest.Read(8, 0, -1, 1),
                new CopyRequest.Read(8, 0, 0, 0),
                new CopyRequest.Read(8, 0, 0, CopyPlan.RANGE_BYTES + 1))) {
            assertThatThrownBy(() -> CopyCodec.decodeRequest(CopyCodec.encode(bad)))
                    .hasMessageContaining("no such range");
        }
    }

    @Test
    void aManifestIsReadAsItWasWritten() {
        assertThat(CopyManifest.decode(MANIFEST.encode())).isEqualTo(MANIFEST);
        assertThat(MANIFEST.totalBytes()).isEqualTo(9);
        assertThatThrownBy(() -> CopyManifest.decode(Buffer.buffer("abc"))).hasMessageContaining("too early");
    }

    @Test
    void noFileLeadsElsewhere() {
        for (List<String> path : List.of(
                List.<String>of(),
                List.of(".."),
                List.of("a", ".."),
                List.of("a/b"),
                List.of("/etc"),
                List.of(""),
                List.of("a", "b", "c"))) {
            assertThatThrownBy(() -> new CopyManifest.File(path, 1)).hasMessageContaining("no name");
        }
    }

    @Test
    void aBudgetIsKeptOverTimeAndSavesUpNoMoreThanASecond() {
        CopyBudget budget = new CopyBudget(1_000);
        assertThat(budget.take(500, 0)).isZero();
        assertThat(budget.take(500, 0)).isEqualTo(500);
        assertThat(budget.take(500, 500)).isEqualTo(500);
        assertThat(budget.take(2_000, 100_000)).isZero();
        assertThat(budget.take(1, 100_000)).isEqualTo(1_000);
    }
}
