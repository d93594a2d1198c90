package io.letterbox.kafka;

import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * Decodes frames into requests. Stateless.
 *
 * <pre>
 *   +----------------+---------------+-------------------+-------------------------+-----------------+
 *   | apiKey  int16  | version int16 | correlation int32 | clientId, tagged fields | body            |
 *   +----------------+---------------+-------------------+-------------------------+-----------------+
 *     the header: version 1 without tagged fields, version 2 with them (KIP-482)
 * </pre>
 */
final class RequestDecoder {
    /** The length of the fields that every header begins with. */
    static final int FIXED_HEADER_BYTES = 8;

    /**
     * The most fields that an event loop decodes at once, which takes it about a millisecond; some 2,000 partitions.
     */
    static final int FEW_FIELDS = 20_000;

    private RequestDecoder() {}

    /**
     * A decoded frame.
     *
     * @param body null for an unknown version of ApiVersions, which is answered all the same (KIP-511)
     */
    record Decoded(ApiKeys api, short version, int correlationId, String clientId, ApiMessage body) {}

    /**
     * Decodes a frame.
     *
     * @param frame at least {@link #FIXED_HEADER_BYTES}
     * @throws InvalidRequestException if it is malformed; the message says why, as half a sentence
     */
    static Decoded decode(byte[] frame) {
        return decode(frame, FrameReader.MAX_FIELDS);
    }

    /**
     * Decodes a frame as {@link #decode} does, but gives up if it may have more fields than an event loop should decode
     * at once, whatever its length: records are one field.
     *
     * @return null if it gave up
     */
    static Decoded decodeFew(byte[] frame) {
        return decode(frame, FEW_FIELDS);
    }

    private static Decoded decode(byte[] frame, int maxFields) {
        FrameReader start = new FrameReader(frame);
        short key = start.readShort();
        short version = start.readShort();
        if (!ApiKeys.hasId(key)) throw new InvalidRequestException("there is no API with the key " + key);
        ApiKeys api = ApiKeys.forId(key);
        if (version < api.oldestVersion() || version > api.latestVersion(true)) {
            if (api == ApiKeys.API_VERSIONS) return new Decoded(api, version, start.readInt(), null, null);
            throw new InvalidRequestException("version " + version + " of " + api + " is not known");
        }
        FrameReader in = new FrameReader(frame, maxFields);
        try {
            RequestHeaderData header = new RequestHeaderData(in, api.requestHeaderVersion(version));
            ApiMessage body = api.messageType.newRequest();
            body.read(in, version);
            // Bytes behind the body are ignored, as in Kafka: librdkafka from 2.2 on ends a Metadata request for all
            // topics with three zeros without a meaning.
            return new Decoded(api, version, header.correlationId(), header.clientId(), body);
        } catch (RuntimeException malformed) {
            if (in.isCutShort() && maxFields < FrameReader.MAX_FIELDS) return null;
            // The generated classes throw all kinds of exceptions; only the bytes can be the cause.
            throw new InvalidRequestException(
                    api + " in version " + version + " is malformed: " + malformed.getMessage(), malformed);
        }
    }
}
