package io.letterbox.filter;

import io.letterbox.filter.Operand.Key;
import io.letterbox.filter.Operand.Pointer;
import io.letterbox.filter.Operand.WholeValue;
import io.letterbox.record.RecordCursor;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** One record while it is tested. Values are cached, because a filter may use an operand several times. */
final class Subject {
    private final RecordCursor record;
    private final Map<Operand, Value> found = new HashMap<>(4);

    Subject(RecordCursor record) {
        this.record = record;
    }

    Value at(Operand operand) {
        Value value = found.get(operand);
        if (value == null) found.put(operand, value = read(operand));
        return value;
    }

    private Value read(Operand operand) {
        if (operand instanceof Key) return text(record.keyOffset(), record.keyLength());
        if (operand instanceof WholeValue) return text(record.valueOffset(), record.valueLength());
        if (operand instanceof Pointer pointer) {
            if (record.valueLength() < 0) return Value.NO_JSON;
            return PointerReader.find(pointer, record.array(), record.valueOffset(), record.valueLength());
        }
        throw new AssertionError(operand);
    }

    private Value text(int offset, int length) {
        if (length < 0) return Value.NULL;
        try {
            ByteBuffer bytes = ByteBuffer.wrap(record.array(), offset, length);
            return new Value.Text(
                    StandardCharsets.UTF_8.newDecoder().decode(bytes).toString());
        } catch (CharacterCodingException noText) {
            return Value.OTHER;
        }
    }
}
