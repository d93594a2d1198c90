package io.letterbox.kafka.groups;

import io.letterbox.bus.Coordinators;
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
        Coordinators coordinators = backend.coordinators().local();
        ClassicGroupRequests classicGroups = new ClassicGroupRequests(coordinators);
        OffsetRequests offsets = new OffsetRequests(coordinators, backend.metadata());
        GroupAdmin admin = new GroupAdmin(coordinators, backend.metadata());
        ConsumerGroupRequests consumerGroups = new ConsumerGroupRequests(coordinators);
        apis = List.of(
                ApiSupport.asking(ApiKeys.JOIN_GROUP, 0, 9, classicGroups::join),
                ApiSupport.asking(ApiKeys.SYNC_GROUP, 0, 5, classicGroups::sync),
                ApiSupport.asking(ApiKeys.HEARTBEAT, 0, 4, classicGroups::heartbeat),
                ApiSupport.asking(ApiKeys.LEAVE_GROUP, 0, 5, classicGroups::leave),
                ApiSupport.asking(ApiKeys.OFFSET_COMMIT, 2, 10, offsets::commit),
                ApiSupport.asking(ApiKeys.OFFSET_FETCH, 1, 10, offsets::fetch),
                ApiSupport.asking(ApiKeys.DESCRIBE_GROUPS, 0, 6, admin::describe),
                ApiSupport.asking(ApiKeys.LIST_GROUPS, 0, 5, admin::list),
                ApiSupport.asking(ApiKeys.DELETE_GROUPS, 0, 2, admin::delete),
                ApiSupport.asking(ApiKeys.OFFSET_DELETE, 0, 0, admin::deleteOffsets),
                ApiSupport.asking(ApiKeys.CONSUMER_GROUP_HEARTBEAT, 0, 1, consumerGroups::heartbeat),
                ApiSupport.asking(ApiKeys.CONSUMER_GROUP_DESCRIBE, 0, 1, consumerGroups::describe));
    }

    @Override
    public List<ApiSupport> apis() {
        return apis;
    }
}
