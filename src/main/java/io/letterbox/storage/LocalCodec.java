package io.letterbox.storage;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.MessageCodec;

/**
 * Hands a message to local consumers by reference. It refuses to go over a wire: what travels this way is either bulk
 * (record batches) or bound to this process (promises).
 *
 * @param <T> the type of message
 */
final class LocalCodec<T> implements MessageCodec<T, T> {
    /** Sends on this node only. Shared, because options are read and never changed. */
    static final DeliveryOptions LOCAL = new DeliveryOptions().setLocalOnly(true);

    private final String name;

    private LocalCodec(Class<T> type) {
        this.name = type.getName();
    }

    /** Lets messages of a type be sent on this bus by reference. */
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
