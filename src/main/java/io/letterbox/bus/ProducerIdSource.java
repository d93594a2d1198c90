package io.letterbox.bus;

import io.vertx.core.Future;

/** Allocates producer ids. Safe from any thread. */
public interface ProducerIdSource {
    /** A new producer id, unique in the whole cluster and for ever; 0 or more. Completes on the caller's context. */
    Future<Long> next();
}
