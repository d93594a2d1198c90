package io.letterbox.sse;

import io.letterbox.http.JsonBytes;
import io.letterbox.http.RecordEnvelope;
import io.letterbox.http.Utf8;
import io.letterbox.record.RecordCursor;

/**
 * Writes records as events (WHATWG HTML, section 9.2.6):
 *
 * <pre>
 * id: AV5…      the cursor behind this record
 * data: line    one for each line of the value; CR, LF and CRLF all end a line
 * data: line
 *               an empty line dispatches the event
 * </pre>
 *
 * <p>A value that is not UTF-8 cannot be text of an event stream and is written as its envelope, with base64. A null
 * value looks like an empty one; the envelope tells them apart.
 */
final class SseEncoder {
    private final JsonBytes out;
    private final PartitionLayout layout;
    private final boolean envelope;

    /**
     * An encoder of the records of one feed.
     *
     * @param out where the events are appended
     * @param envelope whether every record is written as its envelope
     */
    SseEncoder(JsonBytes out, PartitionLayout layout, boolean envelope) {
        this.out = out;
        this.layout = layout;
        this.envelope = envelope;
    }

    /**
     * Appends one event.
     *
     * @param index the record's partition, as an index of the layout
     * @param next the position behind the record
     */
    void write(int index, long[] next, RecordCursor record) {
        out.ascii("id: ");
        layout.writeId(out, index, next, record.offset());
        int length = record.valueLength();
        if (envelope || !Utf8.isValid(record.array(), record.valueOffset(), Math.max(0, length))) {
            out.ascii("\ndata: ");
            String topic = layout.partition(index).topic();
            RecordEnvelope.write(out, topic, layout.partition(index).partition(), record);
            out.ascii("\n\n");
        } else {
            out.ascii('\n');
            lines(out, record.array(), record.valueOffset(), Math.max(0, length));
            out.ascii('\n');
        }
    }

    /** Appends a value as data lines, at least one. */
    static void lines(JsonBytes out, byte[] array, int offset, int length) {
        int end = offset + length;
        int from = offset;
        for (int i = offset; i < end; i++) {
            byte b = array[i];
            if (b != '\n' && b != '\r') continue;
            line(out, array, from, i);
            if (b == '\r' && i + 1 < end && array[i + 1] == '\n') i++;
            from = i + 1;
        }
        line(out, array, from, end);
    }

    private static void line(JsonBytes out, byte[] array, int from, int to) {
        out.ascii("data: ").raw(array, from, to - from).ascii('\n');
    }
}
