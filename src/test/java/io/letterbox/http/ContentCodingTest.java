package io.letterbox.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ContentCodingTest {
    private static byte[] compress(ContentCoding coding, byte[] plain) {
        if (coding == ContentCoding.ZSTD) return Zstd.compress(plain);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out =
                coding == ContentCoding.GZIP ? new GZIPOutputStream(bytes) : new DeflaterOutputStream(bytes)) {
            out.write(plain);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static byte[] bare(byte[] plain) {
        Deflater deflater = new Deflater(9, true);
        deflater.setInput(plain);
        deflater.finish();
        byte[] out = new byte[plain.length + 100];
        return Arrays.copyOf(out, deflater.deflate(out));
    }

    private static byte[] decode(ContentCoding coding, byte[] compressed) {
        byte[] shifted = new byte[compressed.length + 20];
        System.arraycopy(compressed, 0, shifted, 7, compressed.length);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        coding.decode(shifted, 7, compressed.length, (bytes, count) -> out.write(bytes, 0, count));
        return out.toByteArray();
    }

    private static void refused(ContentCoding coding, byte[] bytes) {
        assertThatThrownBy(() -> decode(coding, bytes))
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST));
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) all.writeBytes(part);
        return all.toByteArray();
    }

    @ParameterizedTest
    @EnumSource(ContentCoding.class)
    void whatWasCompressedComesBack(ContentCoding coding) {
        Random random = new Random(1);
        for (int size : new int[] {0, 1, 100, 16_384, 16_385, 500_000}) {
            byte[] noise = new byte[size];
            random.nextBytes(noise);
            assertThat(decode(coding, compress(coding, noise))).isEqualTo(noise);
            byte[] zeros = new byte[size];
            assertThat(decode(coding, compress(coding, zeros))).isEqualTo(zeros);
        }
    }

    @ParameterizedTest
    @EnumSource(ContentCoding.class)
    void whatIsCutShortIsRefused(ContentCoding coding) {
        byte[] whole = compress(coding, "a text that is neither long nor short".getBytes(StandardCharsets.UTF_8));
        for (int length = 0; length < whole.length; length++) refused(coding, Arrays.copyOf(whole, length));
        refused(coding, join(whole, new byte[] {1, 2, 3}));
        refused(coding, "not compressed at all".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void deflateMayLackItsWrapping() {
        byte[] plain = "some text, some text".getBytes(StandardCharsets.UTF_8);
        assertThat(decode(ContentCoding.DEFLATE, bare(plain))).isEqualTo(plain);
    }

    @Test
    void aChecksumThatIsWrongIsSeen() {
        byte[] gzip = compress(ContentCoding.GZIP, new byte[100]);
        for (int at = gzip.length - 8; at < gzip.length; at++) {
            byte[] wrong = gzip.clone();
            wrong[at] ^= 1;
            refused(ContentCoding.GZIP, wrong);
        }
    }

    @Test
    void gzipMayHaveAllThatItsHeadCanHold() {
        byte[] plain = {1, 2, 3};
        byte[] gzip = compress(ContentCoding.GZIP, plain);
        byte[] head = Arrays.copyOf(gzip, 10);
        head[3] = 0x1f; // A text, with checksum, extra field, name and comment.
        byte[] optional = {2, 0, 9, 9, 'n', 0, 'c', 0, 5, 5};
        byte[] rest = Arrays.copyOfRange(gzip, 10, gzip.length);
        assertThat(decode(ContentCoding.GZIP, join(head, optional, rest))).isEqualTo(plain);
        for (int length = 0; length < optional.length; length++) {
            refused(ContentCoding.GZIP, join(head, Arrays.copyOf(optional, length)));
        }
        head[3] = (byte) 0x20;
        refused(ContentCoding.GZIP, join(head, rest));
    }

    /** A stream that recurses for each member would run out of stack. */
    @Test
    void membersFollowEachOtherHoweverManyThereAre() {
        byte[] empty = compress(ContentCoding.GZIP, new byte[0]);
        byte[][] members = new byte[100_000][];
        Arrays.fill(members, empty);
        members[99_999] = compress(ContentCoding.GZIP, new byte[] {7});
        assertThat(decode(ContentCoding.GZIP, join(members))).containsExactly(7);
    }

    @Test
    void nothingMoreComesOutThanIsTaken() {
        byte[] bomb = compress(ContentCoding.GZIP, new byte[20_000_000]);
        int[] taken = new int[1];
        assertThatThrownBy(() -> ContentCoding.GZIP.decode(bomb, 0, bomb.length, (bytes, count) -> {
                    taken[0] += count;
                    if (taken[0] > 100_000) throw new ApiException(ErrorCode.REQUEST_TOO_LARGE, "Enough.");
                }))
                .hasMessage("Enough.");
        assertThat(taken[0]).isLessThanOrEqualTo(100_000 + ContentCoding.PART_BYTES);
    }

    @Test
    void headersAreReadAsTheyMayBeWritten() {
        assertThat(ContentCoding.of(null, "gzip")).isEqualTo(ContentCoding.GZIP);
        assertThat(ContentCoding.of(null, " X-GZip ")).isEqualTo(ContentCoding.GZIP);
        assertThat(ContentCoding.of(null, "identity, ,Deflate,IDENTITY")).isEqualTo(ContentCoding.DEFLATE);
        assertThat(ContentCoding.of(ContentCoding.ZSTD, "identity")).isEqualTo(ContentCoding.ZSTD);
        assertThat(ContentCoding.of(null, "")).isNull();
        assertThat(ContentCoding.of(null, "Identity")).isNull();
        assertThat(ContentCoding.accepted()).isEqualTo("identity, gzip, deflate, zstd");
    }

    @ParameterizedTest
    @ValueSource(strings = {"br", "compress", "gzip, deflate", "gzip;q=1", "gzip gzip", "aes128gcm"})
    void othersAreRefused(String header) {
        assertThatThrownBy(() -> ContentCoding.of(null, header))
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNSUPPORTED_CONTENT_CODING));
    }
}
