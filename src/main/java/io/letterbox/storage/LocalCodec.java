package io.letterbox.storage;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageCodec;

/**
 * A codec that passes messages to local consumers by reference. It refuses to encode them, because they contain bulk
 * data (record batches) or objects of this process (promises).
 *
 * @param <T> the type of message
 */
final class LocalCodec<T> implements MessageCodec<T, T> {
    /** Options for sending on this node only. Shared, because they are never changed. */
    static final DeliveryOptions LOCAL = new DeliveryOptions().setLocalOnly(true);

    private final String name;

    private LocalCodec(Class<T> type) {
        this.name = type.getName();
    }

    /** Registers a type of message, which may then be sent on this bus by reference. */
    static <T> void register(EventBus bus, Class<T> type) {
        bus.registerDefaultCodec(type, new LocalCodec<>(type));
    }

    @Override
    public T transform(T message) {
        return message;
    }

    @Override
    public void encodeToWire(Buffer buffer, T message) {
        throw new IllegalStateException(name + " is for this node only");
    }

    @Override
    public T decodeFromWire(int position, Buffer buffer) {
        throw new IllegalStateException(name + " is for this node only");
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public byte systemCodecID() {
        return -1;
    }
}
