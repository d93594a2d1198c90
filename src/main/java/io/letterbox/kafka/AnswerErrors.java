package io.letterbox.kafka;

import java.lang.reflect.Constructor;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;

/**
 * Counts the error codes in a response. The two frequent APIs, Produce and Fetch, are walked here without allocating if
 * there are no errors; of the others kafka-clients knows where the codes are. Owned by one event loop.
 */
final class AnswerErrors {
    private static final String PACKAGE = "org.apache.kafka.common.requests.";
    private static final String SUFFIX = "Data";

    /** The one class whose name does not derive from its data class. */
    private static final Map<String, String> OTHER_NAMES =
            Map.of("OffsetForLeaderEpochResponse", "OffsetsForLeaderEpochResponse");

    /** The constructor of a response from its data, by data class. Bounded by the number of APIs. */
    private final Map<Class<?>, Constructor<?>> makers = new HashMap<>();

    /** How often each error occurs in a response, without {@link Errors#NONE}. */
    Map<Errors, Integer> of(ApiMessage body, short version) {
        if (body instanceof ProduceResponseData produced) return ofProduce(produced);
        if (body instanceof FetchResponseData fetched) return ofFetch(fetched);
        Map<Errors, Integer> counts = new EnumMap<>(Errors.class);
        counts.putAll(answer(body, version).errorCounts());
        counts.remove(Errors.NONE);
        return counts;
    }

    private static Map<Errors, Integer> ofProduce(ProduceResponseData produced) {
        Map<Errors, Integer> counts = null;
        for (TopicProduceResponse topic : produced.responses()) {
            for (PartitionProduceResponse partition : topic.partitionResponses()) {
                counts = with(counts, partition.errorCode());
            }
        }
        return counts == null ? Map.of() : counts;
    }

    private static Map<Errors, Integer> ofFetch(FetchResponseData fetched) {
        Map<Errors, Integer> counts = with(null, fetched.errorCode());
        for (FetchableTopicResponse topic : fetched.responses()) {
            for (FetchResponseData.PartitionData partition : topic.partitions()) {
                counts = with(counts, partition.errorCode());
            }
        }
        return counts == null ? Map.of() : counts;
    }

    private static Map<Errors, Integer> with(Map<Errors, Integer> counts, short code) {
        if (code == 0) return counts;
        Map<Errors, Integer> more = counts == null ? new EnumMap<>(Errors.class) : counts;
        more.merge(Errors.forCode(code), 1, Integer::sum);
        return more;
    }

    private AbstractResponse answer(ApiMessage body, short version) {
        Constructor<?> maker = makers.computeIfAbsent(body.getClass(), AnswerErrors::maker);
        try {
            return (AbstractResponse)
                    (maker.getParameterCount() == 1 ? maker.newInstance(body) : maker.newInstance(body, version));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(maker + " takes no " + body.getClass(), e);
        }
    }

    private static Constructor<?> maker(Class<?> data) {
        String plain = data.getSimpleName().substring(0, data.getSimpleName().length() - SUFFIX.length());
        try {
            Class<?> type = Class.forName(PACKAGE + OTHER_NAMES.getOrDefault(plain, plain));
            for (Constructor<?> maker : type.getDeclaredConstructors()) {
                if (maker.getParameterCount() != 1 || maker.getParameterTypes()[0] != data) continue;
                // One of the constructors is package-private.
                maker.setAccessible(true);
                return maker;
            }
            return type.getConstructor(data, short.class);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("kafka-clients has no response of " + data, e);
        }
    }
}
