package io.letterbox.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.letterbox.log.inspect.LogInspector;
import io.letterbox.record.Codec;
import io.letterbox.record.RecordBatch;
import io.letterbox.record.RecordCursor;
import io.letterbox.record.RecordHeader;
import io.letterbox.record.TopicPartition;
import io.letterbox.text.Printable;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;

/**
 * Prints the content of segments: for people one line per batch and an indented line per record, for programs an object
 * per record.
 */
final class RecordDump extends LogCommand.Findings implements LogInspector.Dump {
    /** The length at which values are cut for people; programs get all of it. */
    private static final int SHOWN_CHARS = 200;

    private final Terminal terminal;
    private final boolean json;

    /** Whose records are being printed: its directory and its name. */
    private Path current;

    private TopicPartition name;

    RecordDump(LogInspector inspector, Terminal terminal, boolean json) {
        super(inspector, terminal, json, new Progress(terminal.unwatched(), ""));
        this.terminal = terminal;
        this.json = json;
    }

    @Override
    public void batch(Path file, long position, RecordBatch batch) {
        if (json) {
            return;
        }
        terminal.out()
                .println(file + " byte " + position + ": offsets " + batch.baseOffset() + " to " + batch.lastOffset()
                        + ", " + ReadableNumbers.count(batch.recordCount(), "record") + ", " + batch.sizeInBytes()
                        + " bytes, epoch " + batch.leaderEpoch()
                        + (batch.compressed() ? ", " + codec(batch) : "")
                        + (batch.isControl() ? ", control" : "")
                        + (batch.producerId() < 0
                                ? ""
                                : ", producer " + batch.producerId() + "/" + batch.producerEpoch() + " from sequence "
                                        + batch.baseSequence()));
    }

    private static String codec(RecordBatch batch) {
        Codec codec = Codec.of(batch.compression());
        return codec == null ? "compression " + batch.compression() : codec.word();
    }

    @Override
    public void record(Path partition, RecordCursor record) {
        terminal.out().println(json ? object(partition, record) : line(record));
    }

    private static String line(RecordCursor record) {
        StringBuilder line = new StringBuilder("  ");
        line.append(record.offset()).append(' ').append(Instant.ofEpochMilli(record.timestampMs()));
        line.append(" key ").append(shown(record.key())).append(" value ").append(shown(record.value()));
        for (RecordHeader header : record.headers()) {
            line.append(' ').append(Printable.line(header.key())).append('=').append(shown(header.value()));
        }
        return line.toString();
    }

    private ObjectNode object(Path directory, RecordCursor record) {
        if (!directory.equals(current)) name = partition(current = directory);
        ObjectNode node = ServerClient.JSON.createObjectNode();
        if (name != null) node.put("topic", name.topic()).put("partition", name.partition());
        node.put("offset", record.offset());
        node.put("timestamp", record.timestampMs());
        put(node, "key", "keyEncoding", record.key());
        ArrayNode headers = node.putArray("headers");
        for (RecordHeader header : record.headers()) {
            put(headers.addObject().put("name", header.key()), "value", "encoding", header.value());
        }
        put(node, "value", "valueEncoding", record.value());
        return node;
    }

    private static void put(ObjectNode node, String name, String encodingName, byte[] bytes) {
        String text = bytes == null ? null : text(bytes);
        if (bytes == null || text != null) {
            node.put(name, text);
        } else {
            node.put(name, Base64.getEncoder().encodeToString(bytes)).put(encodingName, "base64");
        }
    }

    private static String shown(byte[] bytes) {
        if (bytes == null) {
            return "null";
        }
        String text = text(bytes);
        String whole = text == null ? "base64:" + Base64.getEncoder().encodeToString(bytes) : quoted(text);
        return whole.length() <= SHOWN_CHARS
                ? whole
                : whole.substring(0, SHOWN_CHARS) + "… (" + bytes.length + " bytes)";
    }

    /** In quotes, with control characters made visible. */
    private static String quoted(String text) {
        return Printable.line(ServerClient.JSON.getNodeFactory().textNode(text).toString());
    }

    /** Null if the bytes are not UTF-8. */
    private static String text(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
