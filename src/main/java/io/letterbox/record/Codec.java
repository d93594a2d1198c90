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
 * How the records of a batch are compressed: bits 0 to 2 of its attributes. The codecs are those of kafka-clients, and
 * this is the only place that knows them.
 */
public enum Codec {
    NONE("uncompressed"),
    GZIP("gzip"),
    SNAPPY("snappy"),
    LZ4("lz4"),
    ZSTD("zstd");

    /** Leaves it to the codec how hard it tries. */
    public static final int DEFAULT_LEVEL = Integer.MIN_VALUE;

    private static final Codec[] ALL = values();

    /** Room for the few bytes that a codec is tried out with. */
    private static final int SAMPLE_BYTES = 256;

    private final String word;

    Codec(String word) {
        this.word = word;
    }

    /** The codec's number in a batch's attributes, 0 to 4. */
    public int id() {
        return ordinal();
    }

    /** What {@code compression.type} calls it. */
    public String word() {
        return word;
    }

    /** The codec of a number, or null where it means nothing. */
    public static Codec of(int id) {
        return id < 0 || id >= ALL.length ? null : ALL[id];
    }

    /** The codec that {@code compression.type} calls so, or null where it does not mean a codec. */
    public static Codec of(String word) {
        for (Codec codec : ALL) if (codec.word.equals(word)) return codec;
        return null;
    }

    /** What came of trying every codec, once: the class is initialized by whoever asks first. */
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
     * Why the codec cannot be used in this process, or null where it works. All are tried at the first call: zstd and snappy
     * are native libraries, which have to be unpacked into a file system that allows execution.
     *
     * @return what went wrong, for the operator: it may name files
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
     * A stream of the records' bytes; close it, because some codecs hold memory of the operating system.
     *
     * @throws ApiException CODEC_MISSING
     */
    InputStream open(ByteBuffer compressed, BufferSupplier buffers) {
        requireWorking();
        return compression(DEFAULT_LEVEL).wrapForInput(compressed, (byte) 2, buffers);
    }

    /**
     * A stream of what something else than records was compressed from; close it.
     *
     * @throws ApiException CODEC_MISSING
     */
    public InputStream open(ByteBuffer compressed) {
        return open(compressed, BufferSupplier.NO_CACHING);
    }

    /**
     * A stream that compresses into {@code target}; what it was given is complete when it is closed.
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
