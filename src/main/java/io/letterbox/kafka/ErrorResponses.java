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

/** The responses to requests that failed as a whole, in the form of each API. Stateless. */
final class ErrorResponses {
    private static final Logger LOG = LoggerFactory.getLogger(ErrorResponses.class);

    private ErrorResponses() {}

    /** The Kafka error of a failure; an unexpected failure is logged. */
    static Errors errorOf(Throwable failure, ApiKeys api) {
        if (failure instanceof ApiException refusal)
            return Errors.forCode(refusal.code().kafkaCode());
        Errors known = Errors.forException(failure);
        if (known == Errors.UNKNOWN_SERVER_ERROR) LOG.error("{} failed", api, failure);
        return known;
    }

    /** The message of an error for users; null if the failure was not meant for them. */
    static String sentence(Throwable failure) {
        boolean meant =
                failure instanceof ApiException || failure instanceof org.apache.kafka.common.errors.ApiException;
        return meant ? failure.getMessage() : null;
    }

    /**
     * The error response of a request, with the error in every place that the API has for one.
     *
     * @param sentence the error message, if the API has a field for it; null for Kafka's own
     * @return null if the request expects no response
     * @throws InvalidRequestException if no error response can be made, because the request itself is impossible
     */
    static ApiMessage to(ApiKeys api, short version, ApiMessage request, Errors error, String sentence) {
        try {
            // kafka-clients makes error responses, but only of requests that it has parsed itself.
            AbstractRequest again = AbstractRequest.parseRequest(
                            api, version, MessageUtil.toByteBufferAccessor(request, version))
                    .request;
            var response = again.getErrorResponse(error.exception(sentence));
            return response == null ? null : response.data();
        } catch (RuntimeException impossible) {
            // Some requests that can be parsed can neither be serialized again nor be valid.
            throw new InvalidRequestException(api + " in version " + version + " asks for what cannot be", impossible);
        }
    }
}
