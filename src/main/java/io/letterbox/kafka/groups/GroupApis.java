package io.letterbox.kafka.groups;

import io.letterbox.ingress.DoorServices;
import io.letterbox.kafka.api.ApiPart;
import io.letterbox.kafka.api.ApiSupport;
import io.vertx.core.Vertx;
import java.util.List;
import org.apache.kafka.common.protocol.ApiKeys;

/** The APIs of consumer groups. */
public final class GroupApis implements ApiPart {
    private final List<ApiSupport> apis;

    /** Created on the event loop that it serves. */
    public GroupApis(DoorServices backend, Vertx vertx) {
        Membership members = new Membership(backend.coordinators());
        Offsets offsets = new Offsets(backend.coordinators(), backend.metadata());
        GroupAdmin admin = new GroupAdmin(backend.coordinators(), backend.metadata());
        ServerAssigned serverAssigned = new ServerAssigned(backend.coordinators());
        apis = List.of(
                ApiSupport.asking(ApiKeys.JOIN_GROUP, 0, 9, members::join),
                ApiSupport.asking(ApiKeys.SYNC_GROUP, 0, 5, members::sync),
                ApiSupport.asking(ApiKeys.HEARTBEAT, 0, 4, members::heartbeat),
                ApiSupport.asking(ApiKeys.LEAVE_GROUP, 0, 5, members::leave),
                ApiSupport.asking(ApiKeys.OFFSET_COMMIT, 2, 10, offsets::commit),
                ApiSupport.asking(ApiKeys.OFFSET_FETCH, 1, 10, offsets::fetch),
                ApiSupport.asking(ApiKeys.DESCRIBE_GROUPS, 0, 6, admin::describe),
                ApiSupport.asking(ApiKeys.LIST_GROUPS, 0, 5, admin::list),
                ApiSupport.asking(ApiKeys.DELETE_GROUPS, 0, 2, admin::delete),
                ApiSupport.asking(ApiKeys.OFFSET_DELETE, 0, 0, admin::deleteOffsets),
                ApiSupport.asking(ApiKeys.CONSUMER_GROUP_HEARTBEAT, 0, 1, serverAssigned::heartbeat),
                ApiSupport.asking(ApiKeys.CONSUMER_GROUP_DESCRIBE, 0, 1, serverAssigned::describe));
    }

    @Override
    public List<ApiSupport> apis() {
        return apis;
    }
}
