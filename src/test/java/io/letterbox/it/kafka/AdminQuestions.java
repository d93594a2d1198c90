package io.letterbox.it.kafka;

import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignablePartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignableTopic;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData.AlterReplicaLogDir;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData.AlterReplicaLogDirTopic;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableReplicaAssignment;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData.DescribableLogDirTopic;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.TopicRequest;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ElectLeadersRequestData.TopicPartitions;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.ListConfigResourcesRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData.ListPartitionReassignmentsTopics;
import org.apache.kafka.common.protocol.ApiKeys;

/** Requests of administrators about topics, settings and the cluster, valid and invalid. */
final class AdminQuestions {
    private static final int TOPIC = 2;
    private static final int BROKER = 4;
    private static final int LOGGER = 8;
    private static final int METRICS = 16;
    private static final int GROUP = 32;
    private static final int SET = 0;
    private static final int DELETE = 1;
    private static final int APPEND = 2;
    private static final int SUBTRACT = 3;

    private final PeerComparison peers;

    private AdminQuestions(PeerComparison peers) {
        this.peers = peers;
    }

    static void ask(PeerComparison peers) {
        AdminQuestions questions = new AdminQuestions(peers);
        questions.creation();
        questions.partitionsAndDeletion();
        questions.cluster();
        questions.descriptions();
        questions.changes();
        questions.changesOfTheServerAndGroups();
    }

    /** Creates a topic on both sides and waits until it has leaders there. */
    static void create(PeerComparison peers, String name, int partitions, String... config) {
        CreateTopicsRequestData request = new CreateTopicsRequestData().setTimeoutMs(10_000);
        request.topics().add(topic(name, partitions, 1, config));
        peers.<CreateTopicsResponseData>flow(
                "create " + name,
                ApiKeys.CREATE_TOPICS,
                7,
                side -> request,
                side -> answer -> side.note(name, answer.topics().find(name).topicId()));
        LogQuestions.awaitLeaders(peers, name);
    }

    private static CreatableTopic topic(String name, int partitions, int replicas, String... config) {
        CreatableTopic topic =
                new CreatableTopic().setName(name).setNumPartitions(partitions).setReplicationFactor((short) replicas);
        for (int i = 0; i < config.length; i += 2) {
            topic.configs().add(new CreatableTopicConfig().setName(config[i]).setValue(config[i + 1]));
        }
        return topic;
    }

    private void tryOut(String question, CreatableTopic... topics) {
        CreateTopicsRequestData request =
                new CreateTopicsRequestData().setTimeoutMs(10_000).setValidateOnly(true);
        for (CreatableTopic topic : topics) request.topics().add(topic);
        peers.ask("create " + question, ApiKeys.CREATE_TOPICS, 2, 7, side -> request.duplicate());
    }

    private void creation() {
        create(peers, "made", 2, "retention.ms", "5000");
        tryOut("with defaults", topic("fresh", -1, -1));
        tryOut("what exists", topic("made", 1, 1));
        tryOut("without partitions", topic("fresh", 0, 1));
        tryOut("with -2 partitions", topic("fresh", -2, 1));
        tryOut("without replicas", topic("fresh", 1, 0));
        tryOut("with two replicas", topic("fresh", 1, 2));
        tryOut("nothing");
        tryOut("twice", topic("fresh", 1, 1), topic("fresh", 2, 1));
        for (String name : List.of("", ".", "..", "...", "a/b", "ü", "x".repeat(250), "x".repeat(249), "__own"))
            tryOut("named " + name.length() + name.substring(0, Math.min(5, name.length())), topic(name, 1, 1));
        create(peers, "made.dots", 1);
        tryOut("that collides", topic("made_dots", 1, 1));
        String[][] settings = {
            {"nonsense.key", "1"},
            {"retention.ms", "abc"},
            {"retention.ms", null},
            {"retention.ms", " 1000 "},
            {"retention.ms", "-2"},
            {"retention.ms", ""},
            {"cleanup.policy", "compact, delete"},
            {"cleanup.policy", "compact,compact"},
            {"cleanup.policy", ""},
            {"cleanup.policy", "shrink"},
            {"segment.bytes", "13"},
            {"segment.bytes", "1048576"},
            {"min.insync.replicas", "2"},
            {"compression.type", "ZSTD"},
            {"compression.type", "zstd"},
            {"compression.zstd.level", "99"},
            {"message.timestamp.type", "Never"},
            {"max.message.bytes", "-1"},
            {"remote.storage.enable", "false"},
            {"unclean.leader.election.enable", "maybe"},
            {"min.cleanable.dirty.ratio", "2"},
            {"flush.ms", "-1"}
        };
        for (String[] setting : settings) tryOut(setting[0] + "=" + setting[1], topic("fresh", 1, 1, setting));
        for (List<List<Integer>> placed : List.<List<List<Integer>>>of(
                List.of(List.of(1), List.of(1)), List.of(List.of(77)), List.of(List.of(1, 1)), List.of(List.of()))) {
            CreatableTopic assigned = topic("fresh", -1, -1);
            for (int i = 0; i < placed.size(); i++) {
                assigned.assignments()
                        .add(new CreatableReplicaAssignment()
                                .setPartitionIndex(i)
                                .setBrokerIds(placed.get(i)));
            }
            tryOut("assigned to " + placed, assigned);
        }
        CreatableTopic gap = topic("fresh", -1, -1);
        gap.assignments()
                .add(new CreatableReplicaAssignment().setPartitionIndex(1).setBrokerIds(List.of(1)));
        tryOut("assigned with a gap", gap);
        CreatableTopic both = topic("fresh", 3, 1);
        both.assignments()
                .add(new CreatableReplicaAssignment().setPartitionIndex(0).setBrokerIds(List.of(1)));
        tryOut("assigned and counted", both);
    }

    private void partitionsAndDeletion() {
        create(peers, "grows", 2);
        for (int count : new int[] {1, 2, 0, -1, 4}) grow("grows", count);
        grow("nowhere", 3);
        grow("", 3);
        grow("bad name", 3);
        CreatePartitionsRequestData twice = new CreatePartitionsRequestData().setTimeoutMs(5000);
        twice.topics()
                .add(new CreatePartitionsTopic().setName("grows").setCount(5).setAssignments(null));
        twice.topics()
                .add(new CreatePartitionsTopic().setName("grows").setCount(6).setAssignments(null));
        peers.flow("twice", ApiKeys.CREATE_PARTITIONS, 3, side -> twice);
        create(peers, "goes", 1);
        for (String name : List.of("goes", "goes", "nowhere", "bad name!", "")) {
            peers.flow("by name " + name, ApiKeys.DELETE_TOPICS, 6, side -> delete(name, Uuid.ZERO_UUID));
        }
        peers.flow("by an unknown id", ApiKeys.DELETE_TOPICS, 6, side -> delete(null, new Uuid(7, 7)));
        create(peers, "goes.by.both", 1);
        peers.flow(
                "by name and id",
                ApiKeys.DELETE_TOPICS,
                6,
                side -> delete("goes.by.both", side.topicId("goes.by.both")));
        peers.flow("by nothing", ApiKeys.DELETE_TOPICS, 6, side -> delete(null, Uuid.ZERO_UUID));
        for (int version : new int[] {1, 3, 5}) {
            peers.flow("an old unknown name", ApiKeys.DELETE_TOPICS, version, side -> new DeleteTopicsRequestData()
                    .setTimeoutMs(5000)
                    .setTopicNames(List.of("nowhere", "", "nowhere")));
        }
        create(peers, "goes.by.id", 1);
        peers.flow("by id", ApiKeys.DELETE_TOPICS, 6, side -> delete(null, side.topicId("goes.by.id")));
        peers.ask("nothing", ApiKeys.DELETE_TOPICS, 1, 6, side -> new DeleteTopicsRequestData().setTimeoutMs(5000));
    }

    private void grow(String name, int count) {
        CreatePartitionsRequestData request = new CreatePartitionsRequestData().setTimeoutMs(5000);
        request.topics()
                .add(new CreatePartitionsTopic().setName(name).setCount(count).setAssignments(null));
        peers.flow(name + " to " + count, ApiKeys.CREATE_PARTITIONS, 3, side -> request);
    }

    private static DeleteTopicsRequestData delete(String name, Uuid id) {
        return new DeleteTopicsRequestData()
                .setTimeoutMs(5000)
                .setTopics(List.of(new DeleteTopicState().setName(name).setTopicId(id)));
    }

    private void cluster() {
        peers.ask("brokers", ApiKeys.DESCRIBE_CLUSTER, 0, 2, side -> new DescribeClusterRequestData());
        peers.flow("operations", ApiKeys.DESCRIBE_CLUSTER, 1, side -> new DescribeClusterRequestData()
                .setIncludeClusterAuthorizedOperations(true));
        for (int type : new int[] {0, 2, 3}) {
            peers.flow("endpoint type " + type, ApiKeys.DESCRIBE_CLUSTER, 1, side -> new DescribeClusterRequestData()
                    .setEndpointType((byte) type));
        }
        peers.ask(
                "no reassignments",
                ApiKeys.LIST_PARTITION_REASSIGNMENTS,
                0,
                0,
                side -> new ListPartitionReassignmentsRequestData().setTopics(null));
        peers.ask(
                "named reassignments",
                ApiKeys.LIST_PARTITION_REASSIGNMENTS,
                0,
                0,
                side -> new ListPartitionReassignmentsRequestData()
                        .setTopics(List.of(
                                new ListPartitionReassignmentsTopics()
                                        .setName("made")
                                        .setPartitionIndexes(List.of(0, 9)),
                                new ListPartitionReassignmentsTopics()
                                        .setName("nowhere")
                                        .setPartitionIndexes(List.of(0)))));
        for (int type : new int[] {0, 1, 9}) {
            peers.ask("partitions, type " + type, ApiKeys.ELECT_LEADERS, 0, 2, side -> elect(type, "made", 0, 9, -1));
            peers.ask("nowhere, type " + type, ApiKeys.ELECT_LEADERS, 0, 2, side -> elect(type, "nowhere", 0));
            peers.ask("all, type " + type, ApiKeys.ELECT_LEADERS, 0, 2, side -> new ElectLeadersRequestData()
                    .setElectionType((byte) type)
                    .setTimeoutMs(3000)
                    .setTopicPartitions(null));
        }
        peers.ask("pages", ApiKeys.DESCRIBE_TOPIC_PARTITIONS, 0, 0, side -> new DescribeTopicPartitionsRequestData()
                .setTopics(Arrays.asList(
                        new TopicRequest().setName("made"),
                        new TopicRequest().setName("nowhere"),
                        new TopicRequest().setName("bad name")))
                .setResponsePartitionLimit(2000));
        for (int limit : new int[] {-1, 0, 1}) {
            peers.ask(
                    "page of " + limit,
                    ApiKeys.DESCRIBE_TOPIC_PARTITIONS,
                    0,
                    0,
                    side -> new DescribeTopicPartitionsRequestData()
                            .setTopics(List.of(new TopicRequest().setName("made")))
                            .setResponsePartitionLimit(limit));
        }
        logDirs("made", List.of(0, 1, 9));
        logDirs("nowhere", List.of(0));
        reassign("made", 0, List.of(1));
        reassign("made", 0, List.of(77));
        reassign("made", 0, List.of());
        reassign("made", 0, List.of(1, 1));
        reassign("made", 0, null);
        reassign("made", 9, List.of(1));
        reassign("nowhere", 0, List.of(1));
        move("made", 0, "/nowhere/at/all");
        move("nowhere", 0, "/nowhere/at/all");
    }

    private static ElectLeadersRequestData elect(int type, String topic, Integer... partitions) {
        ElectLeadersRequestData request =
                new ElectLeadersRequestData().setElectionType((byte) type).setTimeoutMs(3000);
        request.topicPartitions().add(new TopicPartitions().setTopic(topic).setPartitions(List.of(partitions)));
        return request;
    }

    private void logDirs(String topic, List<Integer> partitions) {
        DescribeLogDirsRequestData request = new DescribeLogDirsRequestData();
        request.setTopics(new DescribeLogDirsRequestData.DescribableLogDirTopicCollection());
        request.topics().add(new DescribableLogDirTopic().setTopic(topic).setPartitions(partitions));
        peers.ask(topic, ApiKeys.DESCRIBE_LOG_DIRS, 1, 5, side -> request);
    }

    private void reassign(String topic, int partition, List<Integer> nodes) {
        peers.ask(
                topic + " " + partition + " to " + nodes,
                ApiKeys.ALTER_PARTITION_REASSIGNMENTS,
                0,
                1,
                side -> new AlterPartitionReassignmentsRequestData()
                        .setTopics(List.of(new ReassignableTopic()
                                .setName(topic)
                                .setPartitions(List.of(new ReassignablePartition()
                                        .setPartitionIndex(partition)
                                        .setReplicas(nodes))))));
    }

    private void move(String topic, int partition, String path) {
        AlterReplicaLogDirsRequestData request = new AlterReplicaLogDirsRequestData();
        AlterReplicaLogDir dir = new AlterReplicaLogDir().setPath(path);
        dir.topics().add(new AlterReplicaLogDirTopic().setName(topic).setPartitions(List.of(partition)));
        request.dirs().add(dir);
        peers.ask(topic + " elsewhere", ApiKeys.ALTER_REPLICA_LOG_DIRS, 1, 2, side -> request);
    }

    private void describe(int type, String name, String... keys) {
        List<String> wanted = keys.length == 0 ? null : List.of(keys);
        peers.ask(
                "type " + type + " " + name + " " + wanted,
                ApiKeys.DESCRIBE_CONFIGS,
                1,
                4,
                side -> new DescribeConfigsRequestData()
                        .setIncludeSynonyms(true)
                        .setResources(List.of(new DescribeConfigsResource()
                                .setResourceType((byte) type)
                                .setResourceName(name)
                                .setConfigurationKeys(wanted))));
    }

    private void descriptions() {
        describe(TOPIC, "made", "retention.ms", "cleanup.policy", "segment.bytes");
        describe(TOPIC, "made", "nonsense");
        describe(TOPIC, "nowhere");
        describe(TOPIC, "bad name!");
        describe(TOPIC, "");
        describe(BROKER, "1", "num.partitions", "message.max.bytes", "log.retention.ms", "log.cleanup.policy");
        describe(BROKER, "");
        describe(BROKER, "77");
        describe(BROKER, "abc");
        describe(LOGGER, "1", "nonsense");
        describe(LOGGER, "77", "nonsense");
        describe(METRICS, "m");
        describe(METRICS, "");
        describe(GROUP, "g", "consumer.session.timeout.ms", "consumer.heartbeat.interval.ms");
        describe(GROUP, "g");
        describe(GROUP, "");
        describe(1, "x");
        describe(99, "x");
        peers.ask("of all types", ApiKeys.LIST_CONFIG_RESOURCES, 0, 0, side -> new ListConfigResourcesRequestData());
        for (int type : new int[] {BROKER, LOGGER, METRICS, GROUP, 1, 99}) {
            peers.ask(
                    "of type " + type, ApiKeys.LIST_CONFIG_RESOURCES, 1, 1, side -> new ListConfigResourcesRequestData()
                            .setResourceTypes(List.of((byte) type)));
        }
    }

    private record Step(String name, int operation, String value) {}

    private void change(int type, String resource, Step... steps) {
        peers.flow(
                "type " + type + " " + resource + " " + List.of(steps), ApiKeys.INCREMENTAL_ALTER_CONFIGS, 1, side -> {
                    AlterConfigsResource changed = new AlterConfigsResource()
                            .setResourceType((byte) type)
                            .setResourceName(resource);
                    for (Step step : steps) {
                        changed.configs()
                                .add(new AlterableConfig()
                                        .setName(step.name)
                                        .setConfigOperation((byte) step.operation)
                                        .setValue(step.value));
                    }
                    IncrementalAlterConfigsRequestData request = new IncrementalAlterConfigsRequestData();
                    request.resources().add(changed);
                    return request;
                });
    }

    private void replace(String resource, String... namesAndValues) {
        AlterConfigsRequestData.AlterConfigsResource changed = new AlterConfigsRequestData.AlterConfigsResource()
                .setResourceType((byte) TOPIC)
                .setResourceName(resource);
        for (int i = 0; i < namesAndValues.length; i += 2) {
            changed.configs()
                    .add(new AlterConfigsRequestData.AlterableConfig()
                            .setName(namesAndValues[i])
                            .setValue(namesAndValues[i + 1]));
        }
        AlterConfigsRequestData request = new AlterConfigsRequestData();
        request.resources().add(changed);
        peers.flow(resource + " " + Arrays.asList(namesAndValues), ApiKeys.ALTER_CONFIGS, 2, side -> request);
    }

    private void changes() {
        create(peers, "set", 1);
        change(TOPIC, "set", new Step("retention.ms", SET, "7000"));
        describe(TOPIC, "set", "retention.ms");
        change(TOPIC, "set", new Step("retention.ms", DELETE, null));
        change(TOPIC, "set", new Step("retention.ms", DELETE, null));
        describe(TOPIC, "set", "retention.ms");
        change(TOPIC, "set", new Step("nonsense", DELETE, null));
        change(TOPIC, "set", new Step("nonsense", SET, "1"));
        change(TOPIC, "set", new Step("retention.ms", SET, "abc"));
        change(TOPIC, "set", new Step("retention.ms", SET, null));
        change(TOPIC, "set", new Step("retention.ms", SET, ""));
        change(TOPIC, "set", new Step("cleanup.policy", APPEND, "compact"));
        change(TOPIC, "set", new Step("cleanup.policy", APPEND, "compact"));
        describe(TOPIC, "set", "cleanup.policy");
        change(TOPIC, "set", new Step("cleanup.policy", SUBTRACT, "delete"));
        change(TOPIC, "set", new Step("cleanup.policy", SUBTRACT, "compact"));
        describe(TOPIC, "set", "cleanup.policy");
        change(TOPIC, "set", new Step("retention.ms", APPEND, "1"));
        change(TOPIC, "set", new Step("retention.ms", 9, "1"));
        change(TOPIC, "set", new Step("retention.ms", SET, "1"), new Step("retention.ms", DELETE, null));
        change(TOPIC, "set");
        change(TOPIC, "nowhere", new Step("retention.ms", SET, "1"));
        change(TOPIC, "", new Step("retention.ms", SET, "1"));
        change(LOGGER, "1", new Step("nonsense.logger", SET, "LOUD"));
        change(METRICS, "", new Step("interval.ms", SET, "1000"));
        change(99, "x", new Step("a", SET, "1"));
        replace("set", "retention.bytes", "9000", "segment.ms", "60000");
        replace("set", "retention.ms", "9000");
        describe(TOPIC, "set", "retention.bytes", "segment.ms", "retention.ms");
        replace("set");
        replace("set", "retention.ms", null);
        replace("set", "nonsense", "1");
        replace("nowhere", "retention.ms", "1");
    }

    private void changesOfTheServerAndGroups() {
        for (String broker : List.of("", "1")) {
            change(BROKER, broker, new Step("log.retention.ms", SET, "86400000"));
            describe(BROKER, broker, "log.retention.ms");
            describe(TOPIC, "set", "retention.ms");
        }
        change(BROKER, "", new Step("log.retention.ms", SET, "abc"));
        change(BROKER, "", new Step("nonsense.of.a.plugin", SET, "1"));
        change(BROKER, "", new Step("nonsense.of.a.plugin", DELETE, null));
        change(BROKER, "1", new Step("broker.id", SET, "5"));
        change(BROKER, "1", new Step("log.cleanup.policy", APPEND, "compact"));
        change(BROKER, "77", new Step("log.retention.ms", SET, "1"));
        change(BROKER, "abc", new Step("log.retention.ms", SET, "1"));
        change(BROKER, "1", new Step("log.retention.ms", DELETE, null));
        describe(BROKER, "1", "log.retention.ms");
        change(BROKER, "", new Step("log.retention.ms", DELETE, null));
        change(BROKER, "1", new Step("log.cleanup.policy", DELETE, null));
        change(BROKER, "", new Step("log.retention.ms", DELETE, null));
        describe(TOPIC, "set", "retention.ms");

        change(GROUP, "tuned", new Step("consumer.session.timeout.ms", SET, "50000"));
        change(GROUP, "tuned", new Step("consumer.heartbeat.interval.ms", SET, "6000"));
        describe(GROUP, "tuned", "consumer.session.timeout.ms", "consumer.heartbeat.interval.ms");
        change(GROUP, "tuned", new Step("consumer.session.timeout.ms", SET, "1"));
        change(GROUP, "tuned", new Step("consumer.session.timeout.ms", SET, "99999999"));
        change(GROUP, "tuned", new Step("consumer.heartbeat.interval.ms", SET, "1"));
        change(GROUP, "tuned", new Step("consumer.heartbeat.interval.ms", SET, "abc"));
        change(GROUP, "tuned", new Step("consumer.heartbeat.interval.ms", SET, null));
        change(GROUP, "tuned", new Step("nonsense", SET, "1"));
        change(GROUP, "tuned", new Step("nonsense", DELETE, null));
        change(GROUP, "", new Step("consumer.session.timeout.ms", SET, "50000"));
        peers.flow(
                "of groups that are set", ApiKeys.LIST_CONFIG_RESOURCES, 1, side -> new ListConfigResourcesRequestData()
                        .setResourceTypes(List.of((byte) GROUP)));
        change(GROUP, "tuned", new Step("consumer.session.timeout.ms", DELETE, null));
        describe(GROUP, "tuned", "consumer.session.timeout.ms", "consumer.heartbeat.interval.ms");
        change(GROUP, "tuned", new Step("consumer.heartbeat.interval.ms", DELETE, null));
    }
}
