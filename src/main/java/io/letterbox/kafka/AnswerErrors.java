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
 * Which error codes an answer has, in whatever places. The two APIs that everybody waits for are looked through here, and cost
 * nothing where all is well; of the others kafka-clients knows where their errors stand. Owned by one event loop.
 */
final class AnswerErrors {
    private static final String PACKAGE = "org.apache.kafka.common.requests.";
    private static final String SUFFIX = "Data";

    /** The one class whose name is not that of its data. */
    private static final Map<String, String> OTHER_NAMES =
            Map.of("OffsetForLeaderEpochResponse", "OffsetsForLeaderEpochResponse");

    /** What makes an answer of its data. Those of all APIs, so their number is bounded. */
    private final Map<Class<?>, Constructor<?>> makers = new HashMap<>();

    /** How often each error is in an answer, {@link Errors#NONE} not counted. */
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
                // One of them is for their own use.
                maker.setAccessible(true);
                return maker;
            }
            return type.getConstructor(data, short.class);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("kafka-clients has no response of " + data, e);
        }
    }
}
