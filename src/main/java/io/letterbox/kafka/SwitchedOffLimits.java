package io.letterbox.kafka;

import org.apache.kafka.common.message.AlterClientQuotasRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData;
import org.apache.kafka.common.message.CreateAclsRequestData;
import org.apache.kafka.common.message.DeleteAclsRequestData;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData;
import org.apache.kafka.common.message.ShareGroupDescribeRequestData;
import org.apache.kafka.common.message.StreamsGroupDescribeRequestData;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * The limits on requests for features that this server does not have. Each name is refused with the same sentence, so
 * the response would be many times as long as the request. Lists that do not lengthen the response need no rule.
 * Stateless.
 */
final class SwitchedOffLimits {
    private SwitchedOffLimits() {}

    static void add(RequestLimits limits) {
        addSecurity(limits);
        addGroups(limits);
        addReplicas(limits);
    }

    private static void addSecurity(RequestLimits limits) {
        limits.on(ApiKeys.CREATE_ACLS, CreateAclsRequestData.class)
                .list("access rules", RequestLimits.CHANGES, CreateAclsRequestData::creations);
        limits.on(ApiKeys.DELETE_ACLS, DeleteAclsRequestData.class)
                .list("filters", RequestLimits.CHANGES, DeleteAclsRequestData::filters);
        limits.on(ApiKeys.ALTER_CLIENT_QUOTAS, AlterClientQuotasRequestData.class)
                .nested(
                        "clients",
                        RequestLimits.CHANGES,
                        AlterClientQuotasRequestData::entries,
                        AlterClientQuotasRequestData.EntryData::entity);
        limits.on(ApiKeys.DESCRIBE_USER_SCRAM_CREDENTIALS, DescribeUserScramCredentialsRequestData.class)
                .list("users", RequestLimits.CHANGES, DescribeUserScramCredentialsRequestData::users);
        limits.on(ApiKeys.ALTER_USER_SCRAM_CREDENTIALS, AlterUserScramCredentialsRequestData.class)
                .list("deletions", RequestLimits.CHANGES, AlterUserScramCredentialsRequestData::deletions);
        limits.on(ApiKeys.ALTER_USER_SCRAM_CREDENTIALS, AlterUserScramCredentialsRequestData.class)
                .list("upsertions", RequestLimits.CHANGES, AlterUserScramCredentialsRequestData::upsertions);
    }

    private static void addGroups(RequestLimits limits) {
        limits.on(ApiKeys.SHARE_GROUP_DESCRIBE, ShareGroupDescribeRequestData.class)
                .list("groups", RequestLimits.KEYS, ShareGroupDescribeRequestData::groupIds);
        limits.on(ApiKeys.STREAMS_GROUP_DESCRIBE, StreamsGroupDescribeRequestData.class)
                .list("groups", RequestLimits.KEYS, StreamsGroupDescribeRequestData::groupIds);
        limits.on(ApiKeys.DESCRIBE_SHARE_GROUP_OFFSETS, DescribeShareGroupOffsetsRequestData.class)
                .list("groups", RequestLimits.KEYS, DescribeShareGroupOffsetsRequestData::groups);
    }

    private static void addReplicas(RequestLimits limits) {
        limits.on(ApiKeys.ALTER_PARTITION_REASSIGNMENTS, AlterPartitionReassignmentsRequestData.class)
                .nested(
                        "partitions",
                        RequestLimits.KEYS,
                        AlterPartitionReassignmentsRequestData::topics,
                        AlterPartitionReassignmentsRequestData.ReassignableTopic::partitions);
        limits.on(ApiKeys.ALTER_REPLICA_LOG_DIRS, AlterReplicaLogDirsRequestData.class)
                .nested(
                        "directories and topics",
                        RequestLimits.KEYS,
                        AlterReplicaLogDirsRequestData::dirs,
                        AlterReplicaLogDirsRequestData.AlterReplicaLogDir::topics);
        limits.on(ApiKeys.ALTER_REPLICA_LOG_DIRS, AlterReplicaLogDirsRequestData.class)
                .nested(
                        "partitions",
                        RequestLimits.KEYS,
                        data -> data.dirs().stream()
                                .flatMap(directory -> directory.topics().stream())
                                .toList(),
                        AlterReplicaLogDirsRequestData.AlterReplicaLogDirTopic::partitions);
    }
}
