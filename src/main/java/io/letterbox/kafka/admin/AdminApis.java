package io.letterbox.kafka.admin;

import static io.letterbox.kafka.api.ApiSupport.answering;
import static io.letterbox.kafka.api.ApiSupport.asking;

import io.letterbox.ingress.DoorServices;
import io.letterbox.kafka.api.ApiPart;
import io.letterbox.kafka.api.ApiSupport;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.protocol.ApiKeys;

/** The APIs that create, describe and change topics, settings and the cluster. */
public final class AdminApis implements ApiPart {
    private final List<ApiSupport> apis;

    /** Created on the event loop that it serves. */
    public AdminApis(DoorServices backend, Vertx vertx) {
        Proposals proposals = new Proposals(backend);
        TopicCreation creation = new TopicCreation(backend, proposals);
        TopicChanges topics = new TopicChanges(backend, proposals);
        Settings settings = new Settings(backend);
        SettingChanges changes = new SettingChanges(proposals);
        ClusterDescription cluster = new ClusterDescription(backend, vertx);
        TopicPartitionPages pages = new TopicPartitionPages(backend);
        ReplicaMoves moves = new ReplicaMoves(backend);
        QuorumDescription quorum = new QuorumDescription(backend);
        List<ApiSupport> served = List.of(
                asking(ApiKeys.CREATE_TOPICS, 2, 7, creation::create),
                asking(ApiKeys.DELETE_TOPICS, 1, 6, topics::delete),
                asking(ApiKeys.CREATE_PARTITIONS, 0, 3, topics::createPartitions),
                answering(ApiKeys.DESCRIBE_CONFIGS, 1, 4, settings::describe),
                answering(ApiKeys.LIST_CONFIG_RESOURCES, 0, 1, settings::list),
                asking(ApiKeys.INCREMENTAL_ALTER_CONFIGS, 0, 1, changes::alterSome),
                asking(ApiKeys.ALTER_CONFIGS, 0, 2, changes::alterAll),
                answering(ApiKeys.DESCRIBE_CLUSTER, 0, 2, cluster::describe),
                answering(ApiKeys.DESCRIBE_TOPIC_PARTITIONS, 0, 0, pages::describe),
                answering(ApiKeys.LIST_PARTITION_REASSIGNMENTS, 0, 0, moves::list),
                answering(ApiKeys.ALTER_PARTITION_REASSIGNMENTS, 0, 1, moves::reassign),
                answering(ApiKeys.ALTER_REPLICA_LOG_DIRS, 1, 2, moves::move),
                asking(ApiKeys.ELECT_LEADERS, 0, 2, cluster::elect),
                asking(ApiKeys.DESCRIBE_QUORUM, 0, 2, quorum::describe),
                answering(ApiKeys.UPDATE_FEATURES, 0, 2, quorum::updateFeatures),
                answering(ApiKeys.UNREGISTER_BROKER, 0, 0, quorum::unregister),
                answering(ApiKeys.DESCRIBE_CLIENT_QUOTAS, 0, 1, ClientQuotas::describe),
                answering(ApiKeys.ALTER_CLIENT_QUOTAS, 0, 1, ClientQuotas::alter),
                answering(ApiKeys.DESCRIBE_USER_SCRAM_CREDENTIALS, 0, 0, ScramUsers::describe),
                answering(ApiKeys.ALTER_USER_SCRAM_CREDENTIALS, 0, 0, ScramUsers::alter));
        apis = Stream.concat(served.stream(), SwitchedOff.apis().stream()).toList();
    }

    @Override
    public List<ApiSupport> apis() {
        return apis;
    }
}
