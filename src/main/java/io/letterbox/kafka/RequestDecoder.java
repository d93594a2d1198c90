package io.letterbox.kafka;

import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * Turns a frame into a request. Stateless.
 *
 * <pre>
 *   +----------------+---------------+-------------------+-------------------------+-----------------+
 *   | apiKey  int16  | version int16 | correlation int32 | clientId, tagged fields | body            |
 *   +----------------+---------------+-------------------+-------------------------+-----------------+
 *     the header: version 1 without tagged fields, version 2 with them (KIP-482)
 * </pre>
 */
final class RequestDecoder {
    /** What every header begins with. */
    static final int FIXED_HEADER_BYTES = 8;

    /** What an event loop reads of a frame in one go, which takes it about a millisecond; some 2,000 partitions. */
    static final int FEW_FIELDS = 20_000;

    private RequestDecoder() {}

    /**
     * What a frame asks.
     *
     * @param body null where ApiVersions is asked in a version that cannot be read, which is answered all the same (KIP-511)
     */
    record Decoded(ApiKeys api, short version, int correlationId, String clientId, ApiMessage body) {}

    /**
     * Reads a frame.
     *
     * @param frame at least {@link #FIXED_HEADER_BYTES}
     * @throws InvalidRequestException where it means nothing; the message says what, as half a sentence
     */
    static Decoded decode(byte[] frame) {
        return decode(frame, FrameReader.MAX_FIELDS);
    }

    /**
     * As {@link #decode}, but gives up where the frame may have more fields than an event loop should read at once, whatever
     * its length: records are one field.
     *
     * @return null where it gave up
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
            // What may follow is nobody's: Kafka does not look at it, and librdkafka from 2.2 on ends a Metadata
            // request for
            // all topics with three zeros that mean nothing.
            return new Decoded(api, version, header.correlationId(), header.clientId(), body);
        } catch (RuntimeException malformed) {
            if (in.isCutShort() && maxFields < FrameReader.MAX_FIELDS) return null;
            // The generated classes throw whatever comes; nothing but the bytes can be the reason.
            throw new InvalidRequestException(
                    api + " in version " + version + " is malformed: " + malformed.getMessage(), malformed);
        }
    }
}
