package io.letterbox.kafka;

import io.letterbox.kafka.api.KafkaClient;
import io.vertx.core.Context;

/** A client of which a handler uses the address, and perhaps the context; it is there for as long as a test lasts. */
public record FakeClient(String host, Context context) implements KafkaClient {
    /** A client whose context is not used. */
    public FakeClient() {
        this("127.0.0.1", null);
    }

    @Override
    public String softwareName() {
        return "unknown";
    }

    @Override
    public String softwareVersion() {
        return "unknown";
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public Runnable onClose(Runnable action) {
        return () -> {};
    }
}
