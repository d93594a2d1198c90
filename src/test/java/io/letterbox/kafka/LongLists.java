package io.letterbox.kafka;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.Field;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.Struct;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;
import org.apache.kafka.common.record.internal.MemoryRecords;

/** Messages of any schema with one long list; the lists that contain it have one element, the others none. */
final class LongLists {
    private LongLists() {}

    /** The position of a list in a message: the fields on the way to it. */
    record Place(Schema schema, List<String> path) {
        /** A message with a number of elements, all with equal fields or each with its own. */
        byte[] message(int elements, boolean equal) {
            Struct struct = new Filling(path, elements, equal).struct(schema, 0, 0);
            ByteBuffer bytes = ByteBuffer.allocate(struct.sizeOf());
            struct.writeTo(bytes);
            return bytes.array();
        }

        @Override
        public String toString() {
            return String.join(".", path);
        }
    }

    /** Every list of a message. */
    static List<Place> places(Schema schema) {
        List<Place> found = new ArrayList<>();
        collect(schema, schema, List.of(), found);
        return found;
    }

    private static void collect(Schema root, Type type, List<String> path, List<Place> found) {
        if (type instanceof Schema schema) {
            for (BoundField field : schema.fields()) collect(root, field.def, path, found);
        }
    }

    private static void collect(Schema root, Field field, List<String> path, List<Place> found) {
        if (field.type instanceof TaggedFields tagged) {
            tagged.fields().values().forEach(each -> collect(root, each, path, found));
            return;
        }
        List<String> here = new ArrayList<>(path);
        here.add(field.name);
        if (!field.type.isArray()) {
            collect(root, field.type, here, found);
            return;
        }
        found.add(new Place(root, here));
        collect(root, field.type.arrayElementType().orElseThrow(), here, found);
    }

    /** Fills the fields; a number makes those of one element differ from those of the others. */
    private record Filling(List<String> path, int elements, boolean equal) {
        Struct struct(Schema schema, int depth, int number) {
            Struct struct = new Struct(schema);
            for (BoundField field : schema.fields()) struct.set(field, value(field.def, depth, number));
            return struct;
        }

        private boolean leads(Field field, int depth) {
            return depth >= 0 && depth < path.size() && path.get(depth).equals(field.name);
        }

        private Object value(Field field, int depth, int number) {
            if (field.type instanceof TaggedFields tagged) return tagged(tagged, depth, number);
            int next = leads(field, depth) ? depth + 1 : -1;
            if (!field.type.isArray()) return value(field.type, next, number);
            Type element = field.type.arrayElementType().orElseThrow();
            int length = next < 0 ? 0 : next == path.size() ? elements : 1;
            Object[] values = new Object[length];
            for (int i = 0; i < length; i++) values[i] = value(element, next, equal ? 0 : i);
            return values;
        }

        private NavigableMap<Integer, Object> tagged(TaggedFields tagged, int depth, int number) {
            NavigableMap<Integer, Object> values = new TreeMap<>();
            tagged.fields().forEach((tag, field) -> {
                if (leads(field, depth)) values.put(tag, value(field, depth, number));
            });
            return values;
        }

        private Object value(Type type, int depth, int number) {
            if (type instanceof Schema schema) return struct(schema, depth, number);
            String kind = ((Type.DocumentedType) type).typeName();
            if (kind.endsWith("STRING")) return "k" + number;
            if (kind.endsWith("RECORDS")) return MemoryRecords.EMPTY;
            if (kind.endsWith("BYTES")) return ByteBuffer.wrap(new byte[0]);
            return switch (kind) {
                case "BOOLEAN" -> true;
                case "INT8" -> (byte) number;
                case "INT16" -> (short) number;
                case "UINT16" -> number & 0xffff;
                case "INT32" -> number;
                case "UINT32", "INT64" -> (long) number;
                case "UUID" -> new Uuid(1, number);
                case "FLOAT64" -> (double) number;
                default -> object(type);
            };
        }

        private static Object object(Type type) {
            if (type.isNullable()) return null;
            throw new AssertionError("no values for " + type);
        }
    }
}
