package io.letterbox.cluster.forwarding;

import io.letterbox.cluster.forwarding.ValueCodec.Input;
import io.letterbox.cluster.forwarding.ValueShapes.Shape;
import io.vertx.core.buffer.Buffer;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** An object of several values: a record, or a message of Kafka's protocol. Immutable. */
abstract class ObjectShape implements Shape {
    /** Fields of messages that are no part of what they say. */
    private static final Set<String> INTERNAL = Set.of("_unknownTaggedFields", "next", "prev");

    private final String name;
    private final List<Part> parts;

    /** One value within an object. */
    private record Part(String name, Shape shape, Field field) {
        Object of(Object owner) {
            try {
                return field.get(owner);
            } catch (IllegalAccessException e) {
                throw new AssertionError(e);
            }
        }
    }

    private ObjectShape(String name, List<Part> parts) {
        this.name = name;
        this.parts = parts;
    }

    static Shape ofRecord(Class<?> type, int depth) {
        RecordComponent[] components = type.getRecordComponents();
        List<Part> parts = new ArrayList<>();
        for (RecordComponent each : components) {
            parts.add(new Part(each.getName(), ValueShapes.of(each.getGenericType(), depth + 1), field(type, each)));
        }
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        Constructor<?> constructor = accessible(type, types);
        return new ObjectShape(type.getSimpleName(), parts) {
            @Override
            Object made(Object[] values) {
                return make(constructor, values);
            }
        };
    }

    static Shape ofMessage(Class<?> type, int depth) {
        List<Part> parts = new ArrayList<>();
        for (Field field : type.getDeclaredFields()) {
            if (Modifier.isStatic(field.getModifiers()) || INTERNAL.contains(field.getName())) continue;
            field.setAccessible(true);
            parts.add(new Part(field.getName(), ValueShapes.of(field.getGenericType(), depth + 1), field));
        }
        parts.sort(Comparator.comparing(Part::name));
        Constructor<?> constructor = accessible(type);
        return new ObjectShape(type.getSimpleName(), parts) {
            @Override
            Object made(Object[] values) {
                Object message = make(constructor);
                for (int i = 0; i < values.length; i++) set(parts.get(i).field(), message, values[i]);
                return message;
            }
        };
    }

    /** Makes empty collections of a class. */
    @SuppressWarnings("unchecked")
    static Supplier<Collection<Object>> maker(Class<?> type) {
        Constructor<?> constructor = accessible(type);
        return () -> (Collection<Object>) make(constructor);
    }

    /** The object of its values, in the order of the parts. */
    abstract Object made(Object[] values);

    @Override
    public final void write(Buffer out, Object value) {
        for (Part part : parts) part.shape().write(out, part.of(value));
    }

    @Override
    public final Object read(Input in) {
        Object[] values = new Object[parts.size()];
        for (int i = 0; i < values.length; i++) values[i] = parts.get(i).shape().read(in);
        return made(values);
    }

    @Override
    public final String text() {
        StringBuilder text = new StringBuilder(name).append('(');
        for (Part part : parts)
            text.append(part.name()).append(' ').append(part.shape().text()).append(',');
        return text.append(')').toString();
    }

    private static Field field(Class<?> type, RecordComponent component) {
        try {
            Field field = type.getDeclaredField(component.getName());
            field.setAccessible(true);
            return field;
        } catch (NoSuchFieldException e) {
            throw new AssertionError(e);
        }
    }

    private static Constructor<?> accessible(Class<?> type, Class<?>... parameters) {
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(parameters);
            constructor.setAccessible(true);
            return constructor;
        } catch (NoSuchMethodException e) {
            throw new IllegalArgumentException(type + " cannot be made of what is received", e);
        }
    }

    private static Object make(Constructor<?> constructor, Object... values) {
        try {
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            throw ValueCodec.damaged(e.getCause().getMessage());
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            throw ValueCodec.damaged(e.getMessage());
        }
    }

    private static void set(Field field, Object message, Object value) {
        try {
            field.set(message, value);
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            throw ValueCodec.damaged(e.getMessage());
        }
    }
}
