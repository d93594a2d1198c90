package io.letterbox.kafka.api;

import io.vertx.core.Future;
import java.util.function.Function;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * An API that is served.
 *
 * @param key the API
 * @param minVersion the first version that the handler supports
 * @param maxVersion the last version that the handler supports; never taken from kafka-clients, whose newer releases
 *     know more versions than are implemented here
 * @param handler handles the requests
 */
public record ApiSupport(ApiKeys key, short minVersion, short maxVersion, ApiHandler handler) {
    public ApiSupport {
        if (minVersion < key.oldestVersion() || maxVersion > key.latestVersion(true) || minVersion > maxVersion) {
            throw new IllegalArgumentException(key + " has no versions " + minVersion + " to " + maxVersion);
        }
    }

    /** Whether the handler supports a version. */
    public boolean serves(short version) {
        return version >= minVersion && version <= maxVersion;
    }

    /**
     * An API whose handler answers at once.
     *
     * @param answer makes the response's body
     */
    public static ApiSupport answering(
            ApiKeys key, int minVersion, int maxVersion, Function<KafkaRequest, ? extends ApiMessage> answer) {
        ApiHandler handler = request -> Future.succeededFuture(KafkaResponse.of(answer.apply(request)));
        return new ApiSupport(key, (short) minVersion, (short) maxVersion, handler);
    }

    /**
     * An API whose handler answers asynchronously.
     *
     * @param answer makes the response's body
     */
    public static ApiSupport asking(
            ApiKeys key, int minVersion, int maxVersion, Function<KafkaRequest, Future<? extends ApiMessage>> answer) {
        ApiHandler handler = request -> answer.apply(request).map(KafkaResponse::of);
        return new ApiSupport(key, (short) minVersion, (short) maxVersion, handler);
    }
}
