package io.letterbox.bus;

import io.vertx.core.Future;
import java.util.concurrent.atomic.AtomicLong;

/** Allocates producer ids, from 1000 on. Safe from any thread. */
public final class FakeProducerIds implements ProducerIdSource {
    private final AtomicLong next = new AtomicLong(1_000);

    @Override
    public Future<Long> next() {
        return Future.succeededFuture(next.getAndIncrement());
    }
}
