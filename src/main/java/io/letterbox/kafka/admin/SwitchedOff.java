package io.letterbox.kafka.admin;

import io.letterbox.kafka.api.ApiSupport;
import io.vertx.core.Future;
import java.util.List;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * The APIs of features that this server does not have, answered as Kafka answers when they are switched off: tools call
 * them without knowing (MirrorMaker asks for ACLs, for example), handle these codes, and report an unknown API as a
 * failure. Stateless.
 */
final class SwitchedOff {
    private static final ApiException NO_AUTHORIZER =
            Errors.SECURITY_DISABLED.exception("No authorizer is configured.");
    private static final ApiException NO_SASL =
            Errors.ILLEGAL_SASL_STATE.exception("This listener asks nobody to authenticate; connect without SASL.");
    private static final ApiException NO_TOKENS = Errors.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED.exception(
            "Delegation tokens need connections that are authenticated, which those of this listener are not.");
    private static final ApiException NO_SHARE_GROUPS =
            Errors.UNSUPPORTED_VERSION.exception("Share groups are not supported here.");
    private static final ApiException NO_STREAMS_GROUPS = Errors.UNSUPPORTED_VERSION.exception(
            "The streams protocol is not supported here; Kafka Streams works with group.protocol=classic.");
    private static final ApiException FIXED_VOTERS =
            Errors.UNSUPPORTED_VERSION.exception("The nodes that vote are fixed by the configuration.");

    private SwitchedOff() {}

    static List<ApiSupport> apis() {
        return List.of(
                off(ApiKeys.SASL_HANDSHAKE, 0, 1, NO_SASL),
                off(ApiKeys.SASL_AUTHENTICATE, 0, 2, NO_SASL),
                off(ApiKeys.DESCRIBE_ACLS, 1, 3, NO_AUTHORIZER),
                off(ApiKeys.CREATE_ACLS, 1, 3, NO_AUTHORIZER),
                off(ApiKeys.DELETE_ACLS, 1, 3, NO_AUTHORIZER),
                off(ApiKeys.CREATE_DELEGATION_TOKEN, 1, 3, NO_TOKENS),
                off(ApiKeys.RENEW_DELEGATION_TOKEN, 1, 2, NO_TOKENS),
                off(ApiKeys.EXPIRE_DELEGATION_TOKEN, 1, 2, NO_TOKENS),
                off(ApiKeys.DESCRIBE_DELEGATION_TOKEN, 1, 3, NO_TOKENS),
                off(ApiKeys.ADD_RAFT_VOTER, 0, 1, FIXED_VOTERS),
                off(ApiKeys.REMOVE_RAFT_VOTER, 0, 0, FIXED_VOTERS),
                off(ApiKeys.SHARE_GROUP_HEARTBEAT, 1, 1, NO_SHARE_GROUPS),
                off(ApiKeys.SHARE_GROUP_DESCRIBE, 1, 1, NO_SHARE_GROUPS),
                off(ApiKeys.SHARE_FETCH, 1, 2, NO_SHARE_GROUPS),
                off(ApiKeys.SHARE_ACKNOWLEDGE, 1, 2, NO_SHARE_GROUPS),
                off(ApiKeys.DESCRIBE_SHARE_GROUP_OFFSETS, 0, 1, NO_SHARE_GROUPS),
                off(ApiKeys.ALTER_SHARE_GROUP_OFFSETS, 0, 0, NO_SHARE_GROUPS),
                off(ApiKeys.DELETE_SHARE_GROUP_OFFSETS, 0, 0, NO_SHARE_GROUPS),
                off(ApiKeys.STREAMS_GROUP_HEARTBEAT, 0, 0, NO_STREAMS_GROUPS),
                off(ApiKeys.STREAMS_GROUP_DESCRIBE, 0, 0, NO_STREAMS_GROUPS));
    }

    private static ApiSupport off(ApiKeys key, int minVersion, int maxVersion, ApiException why) {
        return new ApiSupport(key, (short) minVersion, (short) maxVersion, request -> Future.failedFuture(why));
    }
}
