package io.letterbox.cluster.forwarding;

import io.letterbox.cluster.forwarding.ValueCodec.Input;
import io.vertx.core.buffer.Buffer;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Message;

/** The shapes that {@link ValueCodec} knows; any other type is refused when the codec is made. Stateless. */
final class ValueShapes {
    /** Of types within types; none of ours is anywhere near it. */
    private static final int MAX_DEPTH = 24;

    private ValueShapes() {}

    /** How the values of one type are written and read. Immutable. */
    interface Shape {
        void write(Buffer out, Object value);

        Object read(Input in);

        /** Names and types of all that is written, for the fingerprint. */
        String text();
    }

    /** A shape of two functions. */
    private record Plain(String text, BiConsumer<Buffer, Object> writer, Function<Input, Object> reader)
            implements Shape {
        @Override
        public void write(Buffer out, Object value) {
            writer.accept(out, value);
        }

        @Override
        public Object read(Input in) {
            return reader.apply(in);
        }
    }

    /** What may be null. */
    private record Nullable(Shape shape) implements Shape {
        @Override
        public void write(Buffer out, Object value) {
            out.appendByte((byte) (value == null ? 0 : 1));
            if (value != null) shape.write(out, value);
        }

        @Override
        public Object read(Input in) {
            return in.bool() ? shape.read(in) : null;
        }

        @Override
        public String text() {
            return shape.text() + "?";
        }
    }

    /** @throws IllegalArgumentException for a type that nothing is known about */
    static Shape of(Type type) {
        return of(type, 0);
    }

    static Shape of(Type type, int depth) {
        if (depth > MAX_DEPTH) throw new IllegalArgumentException(type + " lies too deep");
        Class<?> raw = raw(type);
        Shape primitive = primitive(raw);
        if (primitive != null) return primitive;
        return new Nullable(reference(type, raw, depth));
    }

    static Class<?> raw(Type type) {
        if (type instanceof Class<?> plain) return plain;
        if (type instanceof ParameterizedType generic) return (Class<?>) generic.getRawType();
        throw new IllegalArgumentException(type + " is not a type whose values can be sent");
    }

    private static Shape primitive(Class<?> raw) {
        if (raw == int.class) return new Plain("int", (out, v) -> out.appendInt((int) v), Input::int32);
        if (raw == long.class) return new Plain("long", (out, v) -> out.appendLong((long) v), Input::int64);
        if (raw == short.class) return new Plain("short", (out, v) -> out.appendShort((short) v), Input::int16);
        if (raw == byte.class) return new Plain("byte", (out, v) -> out.appendByte((byte) v), Input::int8);
        if (raw == boolean.class) {
            return new Plain("boolean", (out, v) -> out.appendByte((byte) ((boolean) v ? 1 : 0)), Input::bool);
        }
        return null;
    }

    private static Shape reference(Type type, Class<?> raw, int depth) {
        if (raw == Integer.class) return primitive(int.class);
        if (raw == Long.class) return primitive(long.class);
        if (raw == Short.class) return primitive(short.class);
        if (raw == Boolean.class) return primitive(boolean.class);
        if (raw == Void.class) return new Plain("void", (out, v) -> {}, in -> null);
        if (raw == String.class) {
            return new Plain("String", (out, v) -> ValueCodec.writeString(out, (String) v), Input::string);
        }
        if (raw == byte[].class) {
            return new Plain("bytes", (out, v) -> ValueCodec.writeBytes(out, (byte[]) v), Input::bytes);
        }
        if (raw == ByteBuffer.class) return new Plain("buffer", ValueShapes::writeBuffer, Input::byteBuffer);
        if (raw == UUID.class) return new Plain("UUID", ValueShapes::writeUuid, Input::uuid);
        if (raw == Uuid.class) return new Plain("UUID", ValueShapes::writeKafkaUuid, Input::kafkaUuid);
        if (raw.isEnum()) return constant(raw);
        if (Collection.class.isAssignableFrom(raw)) return collection(type, raw, depth);
        if (raw == Map.class || raw == SortedMap.class) return map((ParameterizedType) type, raw, depth);
        if (raw.isRecord()) return ObjectShape.ofRecord(raw, depth);
        if (Message.class.isAssignableFrom(raw)) return ObjectShape.ofMessage(raw, depth);
        throw new IllegalArgumentException(type + " is not a type whose values can be sent");
    }

    private static void writeBuffer(Buffer out, Object value) {
        ByteBuffer bytes = ((ByteBuffer) value).duplicate();
        out.appendInt(bytes.remaining());
        if (bytes.hasArray()) {
            out.appendBytes(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
        } else {
            byte[] copy = new byte[bytes.remaining()];
            bytes.get(copy);
            out.appendBytes(copy);
        }
    }

    private static void writeUuid(Buffer out, Object value) {
        UUID id = (UUID) value;
        out.appendLong(id.getMostSignificantBits()).appendLong(id.getLeastSignificantBits());
    }

    private static void writeKafkaUuid(Buffer out, Object value) {
        Uuid id = (Uuid) value;
        out.appendLong(id.getMostSignificantBits()).appendLong(id.getLeastSignificantBits());
    }

    private static Shape constant(Class<?> raw) {
        Object[] constants = raw.getEnumConstants();
        return new Plain(
                raw.getSimpleName() + java.util.Arrays.toString(constants),
                (out, value) -> out.appendShort((short) ((Enum<?>) value).ordinal()),
                in -> {
                    short place = in.int16();
                    if (place < 0 || place >= constants.length) throw ValueCodec.damaged("a constant is " + place);
                    return constants[place];
                });
    }

    private static Shape collection(Type type, Class<?> raw, int depth) {
        Type element = elementOf(type, raw);
        Shape shape = of(element, depth + 1);
        Supplier<Collection<Object>> empty = maker(raw);
        return new Plain(
                "[" + shape.text() + "]",
                (out, value) -> {
                    Collection<?> all = (Collection<?>) value;
                    out.appendInt(all.size());
                    for (Object each : all) shape.write(out, each);
                },
                in -> {
                    Collection<Object> all = empty.get();
                    for (int left = in.count(); left > 0; left--) all.add(shape.read(in));
                    return all;
                });
    }

    /** Kafka's own collections name their elements where they extend another one. */
    private static Type elementOf(Type type, Class<?> raw) {
        Type named = type instanceof ParameterizedType ? type : raw.getGenericSuperclass();
        if (named instanceof ParameterizedType generic) return generic.getActualTypeArguments()[0];
        throw new IllegalArgumentException(type + " does not say what is in it");
    }

    private static Supplier<Collection<Object>> maker(Class<?> raw) {
        if (raw == List.class || raw == Collection.class) return ArrayList::new;
        if (raw == Set.class) return LinkedHashSet::new;
        if (raw == SortedSet.class) return TreeSet::new;
        return ObjectShape.maker(raw);
    }

    private static Shape map(ParameterizedType type, Class<?> raw, int depth) {
        Shape key = of(type.getActualTypeArguments()[0], depth + 1);
        Shape value = of(type.getActualTypeArguments()[1], depth + 1);
        return new Plain(
                "{" + key.text() + ":" + value.text() + "}",
                (out, map) -> {
                    out.appendInt(((Map<?, ?>) map).size());
                    ((Map<?, ?>) map).forEach((k, v) -> {
                        key.write(out, k);
                        value.write(out, v);
                    });
                },
                in -> {
                    Map<Object, Object> all = raw == SortedMap.class ? new TreeMap<>() : new LinkedHashMap<>();
                    for (int left = in.count(); left > 0; left--) all.put(key.read(in), value.read(in));
                    return all;
                });
    }
}
