package io.letterbox.record;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.ByteBufferOutputStream;

/**
 * The compression codecs of batches: bits 0 to 2 of a batch's attributes. The codecs are those of kafka-clients, and
 * only this class uses them.
 */
public enum Codec {
    NONE("uncompressed"),
    GZIP("gzip"),
    SNAPPY("snappy"),
    LZ4("lz4"),
    ZSTD("zstd");

    /** The codec's own default level. */
    public static final int DEFAULT_LEVEL = Integer.MIN_VALUE;

    private static final Codec[] ALL = values();

    /** The size of the buffer for trying a codec. */
    private static final int SAMPLE_BYTES = 256;

    private final String word;

    Codec(String word) {
        this.word = word;
    }

    /** The codec's number in a batch's attributes, 0 to 4. */
    public int id() {
        return ordinal();
    }

    /** Its name in {@code compression.type}. */
    public String word() {
        return word;
    }

    /** The codec with a number, or null if there is none. */
    public static Codec of(int id) {
        return id < 0 || id >= ALL.length ? null : ALL[id];
    }

    /** The codec with a name in {@code compression.type}, or null if the name is not that of a codec. */
    public static Codec of(String word) {
        for (Codec codec : ALL) if (codec.word.equals(word)) return codec;
        return null;
    }

    /** The results of trying every codec, once: class initialization does it for the first caller. */
    private static final class Trial {
        private static final Map<Codec, String> ABSENCES = new EnumMap<>(Codec.class);

        static {
            for (Codec codec : ALL) {
                String absence = codec.tryOut();
                if (absence != null) ABSENCES.put(codec, absence);
            }
        }
    }

    /**
     * Why the codec cannot be used in this process, or null if it works. All codecs are tried at the first call: zstd
     * and snappy are native libraries, which have to be unpacked into a file system that allows execution.
     *
     * @return what went wrong, for the operator; may contain the names of files
     */
    public String absence() {
        return Trial.ABSENCES.get(this);
    }

    private String tryOut() {
        byte[] sample = name().getBytes(StandardCharsets.US_ASCII);
        ByteBufferOutputStream target = new ByteBufferOutputStream(SAMPLE_BYTES);
        try {
            try (OutputStream out = compression(DEFAULT_LEVEL).wrapForOutput(target, (byte) 2)) {
                out.write(sample);
            }
            ByteBuffer compressed = target.buffer().flip();
            try (InputStream in =
                    compression(DEFAULT_LEVEL).wrapForInput(compressed, (byte) 2, BufferSupplier.NO_CACHING)) {
                byte[] back = in.readNBytes(sample.length);
                return Arrays.equals(back, sample) ? null : "it does not give back what it was given";
            }
        } catch (IOException | RuntimeException | LinkageError failure) {
            return rootOf(failure).toString();
        }
    }

    private static Throwable rootOf(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null && root.getCause() != root) root = root.getCause();
        return root;
    }

    private void requireWorking() {
        if (absence() == null) return;
        throw new ApiException(
                ErrorCode.CODEC_MISSING,
                "The codec " + word
                        + " does not work on this server, because its native library could not be loaded. The"
                        + " records are not damaged; the server's log and /health/ready say what to do.");
    }

    /**
     * A stream of the decompressed records; it has to be closed, because some codecs hold native memory.
     *
     * @throws ApiException CODEC_MISSING
     */
    InputStream open(ByteBuffer compressed, BufferSupplier buffers) {
        requireWorking();
        return compression(DEFAULT_LEVEL).wrapForInput(compressed, (byte) 2, buffers);
    }

    /**
     * A stream of decompressed bytes other than records; it has to be closed.
     *
     * @throws ApiException CODEC_MISSING
     */
    public InputStream open(ByteBuffer compressed) {
        return open(compressed, BufferSupplier.NO_CACHING);
    }

    /**
     * A stream that compresses into {@code target}, which is complete when the stream is closed.
     *
     * @throws ApiException CODEC_MISSING
     */
    OutputStream compress(ByteBufferOutputStream target, int level) throws IOException {
        requireWorking();
        return compression(level).wrapForOutput(target, (byte) 2);
    }

    private Compression compression(int level) {
        boolean ordinary = level == DEFAULT_LEVEL;
        switch (this) {
            case GZIP:
                return ordinary
                        ? Compression.gzip().build()
                        : Compression.gzip().level(level).build();
            case SNAPPY:
                return Compression.snappy().build();
            case LZ4:
                return ordinary
                        ? Compression.lz4().build()
                        : Compression.lz4().level(level).build();
            case ZSTD:
                return ordinary
                        ? Compression.zstd().build()
                        : Compression.zstd().level(level).build();
            default:
                return Compression.NONE;
        }
    }
}
