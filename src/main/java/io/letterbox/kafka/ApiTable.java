package io.letterbox.kafka;

import io.letterbox.ingress.DoorServices;
import io.letterbox.kafka.admin.AdminApis;
import io.letterbox.kafka.api.ApiPart;
import io.letterbox.kafka.api.ApiSupport;
import io.letterbox.kafka.fetch.FetchApis;
import io.letterbox.kafka.groups.GroupApis;
import io.letterbox.kafka.transactions.TransactionApis;
import io.vertx.core.Vertx;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.protocol.ApiKeys;

/** The APIs that one event loop serves, with their versions and handlers. Owned by that loop. */
final class ApiTable {
    private final List<ApiPart> parts;
    private final Map<ApiKeys, ApiSupport> served = new EnumMap<>(ApiKeys.class);

    ApiTable(DoorServices backend, Vertx vertx) {
        parts = List.of(
                new CoreApis(this, backend, vertx),
                new FetchApis(backend, vertx),
                new AdminApis(backend, vertx),
                new GroupApis(backend, vertx),
                new TransactionApis(backend, vertx));
        for (ApiPart part : parts) part.apis().forEach(this::add);
    }

    private void add(ApiSupport support) {
        if (served.put(support.key(), support) != null) {
            throw new IllegalStateException(support.key() + " is served twice");
        }
    }

    /** The support of an API, or null. */
    ApiSupport find(ApiKeys key) {
        return served.get(key);
    }

    /** All APIs that are served, by key. */
    Collection<ApiSupport> all() {
        return Collections.unmodifiableCollection(served.values());
    }

    /** Has every part answer the requests that wait. */
    void drain() {
        parts.forEach(ApiPart::drain);
    }
}
