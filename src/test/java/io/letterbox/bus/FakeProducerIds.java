package io.letterbox.bus;

import io.vertx.core.Future;
import java.util.concurrent.atomic.AtomicLong;

/** Allocates producer ids, from {@link #FIRST} on. Safe from any thread. */
public final class FakeProducerIds implements ProducerIdSource {
    public static final long FIRST = 1_000;

    private final AtomicLong next = new AtomicLong(FIRST);

    @Override
    public Future<Long> next() {
        return Future.succeededFuture(next.getAndIncrement());
    }
}
