package io.letterbox.record;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
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

    /** A stream of the records' bytes; close it, because some codecs hold memory of the operating system. */
    InputStream open(ByteBuffer compressed, BufferSupplier buffers) {
        return compression(DEFAULT_LEVEL).wrapForInput(compressed, (byte) 2, buffers);
    }

    /** A stream that compresses into {@code target}; what it was given is complete when it is closed. */
    OutputStream compress(ByteBufferOutputStream target, int level) throws IOException {
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
