package io.letterbox.kafka.api;

import java.util.List;
import org.apache.kafka.common.acl.AclOperation;

/**
 * The operations that a client may perform on a resource, as the bit field of KIP-430: bit n is set for the operation
 * with code n. There are no access rules, so it is every operation of the resource type.
 */
public final class AuthorizedOperations {
    /** The value in responses to requests that did not ask for the operations. */
    public static final int NOT_ASKED = Integer.MIN_VALUE;

    /** The operations on a topic. */
    public static final int TOPIC = bits(
            AclOperation.READ,
            AclOperation.WRITE,
            AclOperation.CREATE,
            AclOperation.DELETE,
            AclOperation.ALTER,
            AclOperation.DESCRIBE,
            AclOperation.DESCRIBE_CONFIGS,
            AclOperation.ALTER_CONFIGS);

    /** The operations on a consumer group. */
    public static final int GROUP = bits(
            AclOperation.READ,
            AclOperation.DELETE,
            AclOperation.DESCRIBE,
            AclOperation.DESCRIBE_CONFIGS,
            AclOperation.ALTER_CONFIGS);

    /** The operations on the cluster. */
    public static final int CLUSTER = bits(
            AclOperation.CREATE,
            AclOperation.ALTER,
            AclOperation.DESCRIBE,
            AclOperation.CLUSTER_ACTION,
            AclOperation.DESCRIBE_CONFIGS,
            AclOperation.ALTER_CONFIGS,
            AclOperation.IDEMPOTENT_WRITE);

    private AuthorizedOperations() {}

    private static int bits(AclOperation... operations) {
        return List.of(operations).stream()
                .mapToInt(operation -> 1 << operation.code())
                .sum();
    }
}
