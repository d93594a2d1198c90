package io.letterbox.it.kafka;

import java.util.List;
import org.apache.kafka.common.message.AddRaftVoterRequestData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData;
import org.apache.kafka.common.message.AlterShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData.ScramCredentialDeletion;
import org.apache.kafka.common.message.CreateAclsRequestData;
import org.apache.kafka.common.message.CreateAclsRequestData.AclCreation;
import org.apache.kafka.common.message.CreateDelegationTokenRequestData;
import org.apache.kafka.common.message.DeleteAclsRequestData;
import org.apache.kafka.common.message.DeleteAclsRequestData.DeleteAclsFilter;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.DescribeAclsRequestData;
import org.apache.kafka.common.message.DescribeClientQuotasRequestData;
import org.apache.kafka.common.message.DescribeClientQuotasRequestData.ComponentData;
import org.apache.kafka.common.message.DescribeDelegationTokenRequestData;
import org.apache.kafka.common.message.DescribeQuorumRequestData;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData.DescribeShareGroupOffsetsRequestGroup;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData.UserName;
import org.apache.kafka.common.message.ExpireDelegationTokenRequestData;
import org.apache.kafka.common.message.RemoveRaftVoterRequestData;
import org.apache.kafka.common.message.RenewDelegationTokenRequestData;
import org.apache.kafka.common.message.SaslAuthenticateRequestData;
import org.apache.kafka.common.message.SaslHandshakeRequestData;
import org.apache.kafka.common.message.ShareGroupDescribeRequestData;
import org.apache.kafka.common.message.StreamsGroupDescribeRequestData;
import org.apache.kafka.common.message.UnregisterBrokerRequestData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData.FeatureUpdateKey;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * Requests of tools about access rules, quotas, users and tokens, which this server does not have, and about disabled
 * features.
 */
final class SwitchedOffQuestions {
    private static final byte ANY = 1;

    private SwitchedOffQuestions() {}

    static void ask(PeerComparison peers) {
        access(peers);
        quotas(peers);
        users(peers);
        tokens(peers);
        cluster(peers);
        otherGroups(peers);
    }

    private static void access(PeerComparison peers) {
        peers.ask("all", ApiKeys.DESCRIBE_ACLS, 1, 3, side -> new DescribeAclsRequestData()
                .setResourceTypeFilter(ANY)
                .setPatternTypeFilter(ANY)
                .setOperation(ANY)
                .setPermissionType(ANY));
        for (int count : new int[] {0, 1, 3}) {
            CreateAclsRequestData creations = new CreateAclsRequestData();
            DeleteAclsRequestData deletions = new DeleteAclsRequestData();
            for (int i = 0; i < count; i++) {
                creations
                        .creations()
                        .add(new AclCreation()
                                .setResourceType((byte) 2)
                                .setResourceName("t" + i)
                                .setResourcePatternType((byte) 3)
                                .setPrincipal("User:a")
                                .setHost("*")
                                .setOperation((byte) 3)
                                .setPermissionType((byte) 3));
                deletions
                        .filters()
                        .add(new DeleteAclsFilter()
                                .setResourceTypeFilter(ANY)
                                .setPatternTypeFilter(ANY)
                                .setOperation(ANY)
                                .setPermissionType(ANY));
            }
            peers.ask(count + " rules", ApiKeys.CREATE_ACLS, 1, 3, side -> creations);
            peers.ask(count + " filters", ApiKeys.DELETE_ACLS, 1, 3, side -> deletions);
        }
        peers.ask("of a server without", ApiKeys.SASL_HANDSHAKE, 0, 1, side -> new SaslHandshakeRequestData()
                .setMechanism("PLAIN"));
        peers.ask("of a server without", ApiKeys.SASL_AUTHENTICATE, 0, 2, side -> new SaslAuthenticateRequestData()
                .setAuthBytes(new byte[] {0, 'a', 0, 'b'}));
    }

    private static void quotas(PeerComparison peers) {
        for (String type : List.of("client-id", "user", "ip", "planet")) {
            for (int match : new int[] {0, 1, 2, 9}) {
                String name = match == 0 ? "127.0.0.1" : null;
                peers.ask(
                        type + " " + match,
                        ApiKeys.DESCRIBE_CLIENT_QUOTAS,
                        0,
                        1,
                        side -> new DescribeClientQuotasRequestData()
                                .setComponents(List.of(new ComponentData()
                                        .setEntityType(type)
                                        .setMatchType((byte) match)
                                        .setMatch(name))));
            }
        }
        peers.ask("all", ApiKeys.DESCRIBE_CLIENT_QUOTAS, 0, 1, side -> new DescribeClientQuotasRequestData());
        peers.ask("nothing", ApiKeys.ALTER_CLIENT_QUOTAS, 0, 1, side -> new AlterClientQuotasRequestData());
        for (String key : List.of("producer_byte_rate", "nonsense")) {
            var entity = new AlterClientQuotasRequestData.EntityData()
                    .setEntityType("client-id")
                    .setEntityName("c");
            var change = new AlterClientQuotasRequestData.EntryData()
                    .setEntity(List.of(entity))
                    .setOps(List.of(new AlterClientQuotasRequestData.OpData()
                            .setKey(key)
                            .setValue(1000)));
            peers.ask(key, ApiKeys.ALTER_CLIENT_QUOTAS, 0, 1, side -> new AlterClientQuotasRequestData()
                    .setEntries(List.of(change))
                    .setValidateOnly(true));
        }
    }

    private static void users(PeerComparison peers) {
        peers.ask(
                "all",
                ApiKeys.DESCRIBE_USER_SCRAM_CREDENTIALS,
                0,
                0,
                side -> new DescribeUserScramCredentialsRequestData().setUsers(null));
        peers.ask(
                "none",
                ApiKeys.DESCRIBE_USER_SCRAM_CREDENTIALS,
                0,
                0,
                side -> new DescribeUserScramCredentialsRequestData().setUsers(List.of()));
        peers.ask(
                "some",
                ApiKeys.DESCRIBE_USER_SCRAM_CREDENTIALS,
                0,
                0,
                side -> new DescribeUserScramCredentialsRequestData()
                        .setUsers(List.of(
                                new UserName().setName("a"),
                                new UserName().setName("b"),
                                new UserName().setName("b"),
                                new UserName().setName(""))));
        peers.ask(
                "nothing",
                ApiKeys.ALTER_USER_SCRAM_CREDENTIALS,
                0,
                0,
                side -> new AlterUserScramCredentialsRequestData());
        peers.ask(
                "deletion",
                ApiKeys.ALTER_USER_SCRAM_CREDENTIALS,
                0,
                0,
                side -> new AlterUserScramCredentialsRequestData()
                        .setDeletions(List.of(
                                new ScramCredentialDeletion().setName("a").setMechanism((byte) 1))));
    }

    private static void tokens(PeerComparison peers) {
        peers.ask("any", ApiKeys.CREATE_DELEGATION_TOKEN, 1, 3, side -> new CreateDelegationTokenRequestData());
        peers.ask("any", ApiKeys.RENEW_DELEGATION_TOKEN, 1, 2, side -> new RenewDelegationTokenRequestData());
        peers.ask("any", ApiKeys.EXPIRE_DELEGATION_TOKEN, 1, 2, side -> new ExpireDelegationTokenRequestData());
        peers.ask("all", ApiKeys.DESCRIBE_DELEGATION_TOKEN, 1, 3, side -> new DescribeDelegationTokenRequestData()
                .setOwners(null));
    }

    private static void cluster(PeerComparison peers) {
        for (String topic : List.of("__cluster_metadata", "nowhere")) {
            for (int partition : new int[] {0, 1}) {
                peers.ask(
                        topic + " " + partition, ApiKeys.DESCRIBE_QUORUM, 0, 2, side -> new DescribeQuorumRequestData()
                                .setTopics(List.of(new DescribeQuorumRequestData.TopicData()
                                        .setTopicName(topic)
                                        .setPartitions(List.of(new DescribeQuorumRequestData.PartitionData()
                                                .setPartitionIndex(partition))))));
            }
        }
        peers.ask("of nothing", ApiKeys.DESCRIBE_QUORUM, 0, 2, side -> new DescribeQuorumRequestData());
        peers.ask("no features", ApiKeys.UPDATE_FEATURES, 0, 2, side -> new UpdateFeaturesRequestData());
        for (String feature : List.of("group.version", "nonsense")) {
            UpdateFeaturesRequestData update = new UpdateFeaturesRequestData().setValidateOnly(true);
            update.featureUpdates()
                    .add(new FeatureUpdateKey().setFeature(feature).setMaxVersionLevel((short) 1));
            peers.ask(feature, ApiKeys.UPDATE_FEATURES, 1, 2, side -> update);
        }
        peers.ask("another one", ApiKeys.UNREGISTER_BROKER, 0, 0, side -> new UnregisterBrokerRequestData()
                .setBrokerId(77));
        peers.ask("a stranger", ApiKeys.ADD_RAFT_VOTER, 0, 1, side -> new AddRaftVoterRequestData()
                .setClusterId("someone else's")
                .setVoterId(77));
        peers.ask("a stranger", ApiKeys.REMOVE_RAFT_VOTER, 0, 0, side -> new RemoveRaftVoterRequestData()
                .setClusterId("someone else's")
                .setVoterId(77));
    }

    private static void otherGroups(PeerComparison peers) {
        peers.ask("unknown", ApiKeys.SHARE_GROUP_DESCRIBE, 1, 1, side -> new ShareGroupDescribeRequestData()
                .setGroupIds(List.of("nobodys", "")));
        peers.ask("unknown", ApiKeys.STREAMS_GROUP_DESCRIBE, 0, 0, side -> new StreamsGroupDescribeRequestData()
                .setGroupIds(List.of("nobodys", "")));
        peers.ask(
                "unknown",
                ApiKeys.DESCRIBE_SHARE_GROUP_OFFSETS,
                0,
                1,
                side -> new DescribeShareGroupOffsetsRequestData()
                        .setGroups(List.of(new DescribeShareGroupOffsetsRequestGroup()
                                .setGroupId("nobodys")
                                .setTopics(null))));
        peers.ask("unknown", ApiKeys.ALTER_SHARE_GROUP_OFFSETS, 0, 0, side -> new AlterShareGroupOffsetsRequestData()
                .setGroupId("nobodys"));
        peers.ask("unknown", ApiKeys.DELETE_SHARE_GROUP_OFFSETS, 0, 0, side -> new DeleteShareGroupOffsetsRequestData()
                .setGroupId("nobodys"));
    }
}
