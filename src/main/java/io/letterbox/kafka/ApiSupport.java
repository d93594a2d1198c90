package io.letterbox.kafka;

import io.vertx.core.Future;
import java.util.function.Function;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * That an API is served.
 *
 * @param key which API
 * @param minVersion the first version that the handler understands
 * @param maxVersion the last version that the handler understands; never taken from kafka-clients, whose newer releases
 *     know more than we serve
 * @param handler answers the requests
 */
public record ApiSupport(ApiKeys key, short minVersion, short maxVersion, ApiHandler handler) {
    public ApiSupport {
        if (minVersion < key.oldestVersion() || maxVersion > key.latestVersion(true) || minVersion > maxVersion) {
            throw new IllegalArgumentException(key + " has no versions " + minVersion + " to " + maxVersion);
        }
    }

    /** Whether the handler understands a version. */
    public boolean serves(short version) {
        return version >= minVersion && version <= maxVersion;
    }

    /**
     * An API whose handler knows its answer as soon as it has the request.
     *
     * @param answer the response's body
     */
    public static ApiSupport answering(
            ApiKeys key, int minVersion, int maxVersion, Function<KafkaRequest, ? extends ApiMessage> answer) {
        ApiHandler handler = request -> Future.succeededFuture(KafkaResponse.of(answer.apply(request)));
        return new ApiSupport(key, (short) minVersion, (short) maxVersion, handler);
    }

    /**
     * An API whose handler has to ask somebody first.
     *
     * @param answer the response's body, later
     */
    public static ApiSupport asking(
            ApiKeys key, int minVersion, int maxVersion, Function<KafkaRequest, Future<? extends ApiMessage>> answer) {
        ApiHandler handler = request -> answer.apply(request).map(KafkaResponse::of);
        return new ApiSupport(key, (short) minVersion, (short) maxVersion, handler);
    }
}
