package io.letterbox.error;

/**
 * The errors with which Letterbox refuses requests, with their translations for both doors: the error code of the Kafka
 * protocol (the number in Kafka's {@code Errors}) and the status of an HTTP problem (RFC 9457).
 */
public enum ErrorCode {
    // The request is wrong; repeating it unchanged is useless.
    INVALID_REQUEST(42, 400, "The request is not valid"),
    INVALID_TOPIC(17, 400, "The topic name is not valid"),
    INVALID_GROUP(24, 400, "The group's id is not valid"),
    INVALID_PARTITIONS(37, 400, "The number of partitions is not valid"),
    INVALID_REPLICATION_FACTOR(38, 400, "The replication factor is not valid"),
    INVALID_CONFIG(40, 400, "The configuration is not valid"),
    INVALID_REQUIRED_ACKS(21, 400, "The number of required acknowledgements is not valid"),
    INVALID_RECORD(87, 400, "A record is not valid"),
    INVALID_TIMESTAMP(32, 400, "A record's timestamp is out of range"),
    UNSUPPORTED_FORMAT(43, 400, "The format of the records is not supported"),
    INVALID_CURSOR(42, 400, "The cursor is not valid"),
    ORIGIN_NOT_ALLOWED(42, 403, "Pages of this origin are not allowed to do this"),
    NO_SUCH_ROUTE(42, 404, "There is nothing at this path"),
    UNKNOWN_TOPIC(3, 404, "The topic does not exist"),
    UNKNOWN_TOPIC_ID(100, 404, "The topic does not exist"),
    UNKNOWN_PARTITION(3, 404, "The partition does not exist"),
    UNKNOWN_GROUP(69, 404, "The group does not exist"),
    METHOD_NOT_ALLOWED(42, 405, "The method is not allowed here"),
    NOT_ACCEPTABLE(42, 406, "None of the accepted media types can be produced"),
    REQUEST_TIMEOUT(42, 408, "The request took too long to arrive"),
    INVALID_PRODUCER_EPOCH(47, 403, "A newer producer with this id is at work"),
    TRANSACTION_COORDINATOR_FENCED(52, 403, "A newer coordinator of the transaction is at work"),
    GROUP_NOT_EMPTY(68, 409, "The group has members"),
    GROUP_READS_TOPIC(86, 409, "The group reads the topic"),
    NOT_ASSIGNED(22, 409, "The partition is not the member's"),
    OTHER_GROUP_PROTOCOL(23, 409, "The group's members speak another protocol"),
    UNKNOWN_MEMBER(25, 409, "The group has no such member"),
    TOPIC_EXISTS(36, 409, "The topic exists already"),
    OUT_OF_ORDER_SEQUENCE(45, 409, "Records are missing before these, or came twice"),
    INVALID_TXN_STATE(48, 409, "The transaction is not in a state that allows it"),
    UNSUPPORTED_COMPRESSION(76, 415, "The compression is not supported"),
    RECORD_TOO_LARGE(10, 413, "A record is too large"),
    REQUEST_TOO_LARGE(18, 413, "The request is too large"),
    URI_TOO_LONG(42, 414, "The URI is too long"),
    UNSUPPORTED_MEDIA_TYPE(42, 415, "The media type is not supported"),
    UNSUPPORTED_CONTENT_CODING(42, 415, "The content coding is not supported"),
    EXPECTATION_FAILED(42, 417, "The expectation cannot be met"),
    INCONSISTENT_TOPIC_ID(103, 409, "The topic has been deleted and made again"),
    OFFSET_OUT_OF_RANGE(1, 416, "The offset is outside the log"),
    RANGE_NOT_SATISFIABLE(42, 416, "The range is outside the file"),
    MISDIRECTED(42, 421, "The request is meant for another host"),
    IDEMPOTENCY_KEY_REUSED(42, 422, "The idempotency key belongs to another request"),
    POLICY_VIOLATION(44, 422, "A limit of this server forbids it"),
    HEADERS_TOO_LARGE(42, 431, "The headers are too large"),
    // The server cannot do it now; the same request may succeed later.
    TOO_MANY_REQUESTS(89, 429, "The server takes no more requests for now"),
    TOO_MANY_SUBSCRIBERS(89, 429, "The server takes no more subscribers for now"),
    INTERNAL(-1, 500, "The server failed"),
    CORRUPT_RECORDS(2, 500, "The records are damaged"),
    CODEC_MISSING(76, 500, "A codec does not work on this server"),
    UNSUPPORTED_TRANSFER_CODING(42, 501, "The transfer coding is not supported"),
    COORDINATOR_LOADING(14, 503, "The coordinator is reading its state"),
    COORDINATOR_NOT_AVAILABLE(15, 503, "There is no coordinator"),
    NOT_COORDINATOR(16, 503, "This node does not coordinate that"),
    NOT_LEADER(6, 503, "This node does not lead the partition"),
    NOT_ENOUGH_REPLICAS(19, 503, "Too few replicas are in sync"),
    NOT_ENOUGH_REPLICAS_AFTER_APPEND(20, 503, "The records are stored, but too few replicas are in sync"),
    NODE_UNREACHABLE(13, 503, "Another node cannot be reached"),
    OUTCOME_UNKNOWN(7, 503, "Another node did not answer in time"),
    PARTITION_QUARANTINED(56, 503, "The partition is quarantined: its log is damaged"),
    STORAGE_FAILED(56, 503, "The storage failed"),
    PARTITION_OFFLINE(56, 503, "The partition cannot be opened for now"),
    STORAGE_UNAVAILABLE(56, 503, "A file cannot be used for now"),
    OUT_OF_FILES(56, 503, "The server has no file descriptors left"),
    STARTING(8, 503, "The server is starting"),
    SHUTTING_DOWN(7, 503, "The server is shutting down"),
    DISK_FULL(56, 507, "There is no room left on the disk");

    private final short kafkaCode;
    private final int httpStatus;
    private final String title;

    ErrorCode(int kafkaCode, int httpStatus, String title) {
        this.kafkaCode = (short) kafkaCode;
        this.httpStatus = httpStatus;
        this.title = title;
    }

    /** The error code in the Kafka protocol. */
    public short kafkaCode() {
        return kafkaCode;
    }

    /** The HTTP status of a problem document with this code, 400 to 599. */
    public int httpStatus() {
        return httpStatus;
    }

    /** A short sentence without a full stop, the same for every occurrence (RFC 9457 section 3.1.4). */
    public String title() {
        return title;
    }

    /** The code in lower case with hyphens, as in the {@code type} of a problem document. */
    public String slug() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }
}
