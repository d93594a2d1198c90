package io.letterbox.kafka;

import io.letterbox.error.ApiException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.AbstractRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The responses to requests that failed as a whole: each API says in its own way that something is wrong. Stateless. */
final class ErrorResponses {
    private static final Logger LOG = LoggerFactory.getLogger(ErrorResponses.class);

    private ErrorResponses() {}

    /** What Kafka calls a failure; one that nobody expected is logged. */
    static Errors errorOf(Throwable failure, ApiKeys api) {
        if (failure instanceof ApiException refusal)
            return Errors.forCode(refusal.code().kafkaCode());
        Errors known = Errors.forException(failure);
        if (known == Errors.UNKNOWN_SERVER_ERROR) LOG.error("{} failed", api, failure);
        return known;
    }

    /** What a refusal says for people; null where nobody meant the failure for them. */
    static String sentence(Throwable failure) {
        boolean meant =
                failure instanceof ApiException || failure instanceof org.apache.kafka.common.errors.ApiException;
        return meant ? failure.getMessage() : null;
    }

    /**
     * The error response of a request, with the error at every place where the API has one.
     *
     * @param sentence what goes with the error where the API has room for it; null for Kafka's own
     * @return null where the request wants no answer
     * @throws InvalidRequestException where there is nothing to say it with, because the request itself is impossible
     */
    static ApiMessage to(ApiKeys api, short version, ApiMessage request, Errors error, String sentence) {
        try {
            // kafka-clients knows how, but only of requests that it has read itself.
            AbstractRequest again = AbstractRequest.parseRequest(
                            api, version, MessageUtil.toByteBufferAccessor(request, version))
                    .request;
            var response = again.getErrorResponse(error.exception(sentence));
            return response == null ? null : response.data();
        } catch (RuntimeException impossible) {
            // Some requests can be read, and neither be written again nor be what they say.
            throw new InvalidRequestException(api + " in version " + version + " asks for what cannot be", impossible);
        }
    }
}
