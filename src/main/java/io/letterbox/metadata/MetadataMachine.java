package io.letterbox.metadata;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.record.TopicName;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * The state machine of the metadata: applies commands to images. Pure: the same image and the same command give the
 * same result on every node and at every replay.
 *
 * <p>{@link #apply} checks a new command and carries it out. {@link #replay} carries out a command that was applied
 * before: it checks the image but not the limits, which may have been lowered since.
 */
public final class MetadataMachine {
    /** How many nodes and groups can have settings of their own. */
    private static final int MAX_OWNERS = 10_000;

    private final Limits limits;
    private final Map<String, String> topicDefaults;

    /**
     * @param limits the limits for new commands
     * @param topicDefaults the defaults for topics that do not set a value, texts by {@link TopicConfigKey}; not part
     *     of the agreed state, so each node may have its own
     * @throws ApiException {@code INVALID_CONFIG} if the defaults are not valid
     */
    public MetadataMachine(Limits limits, Map<String, String> topicDefaults) {
        this.limits = limits;
        this.topicDefaults = Map.copyOf(topicDefaults);
        config(Map.of(), Collections.emptySortedMap());
    }

    /** The image before the first command. */
    public static ClusterImage empty(String clusterId) {
        return new ClusterImage(0, clusterId, Map.of(), Collections.emptySortedMap());
    }

    /** Checks a command against the image, the limits and the rules for names and settings, and carries it out. */
    public Transition apply(ClusterImage image, Command command) {
        try {
            checkLimits(image, command);
        } catch (ApiException refusal) {
            return refused(image, refusal);
        }
        return carryOut(image, command);
    }

    /**
     * Carries a command out that was agreed on. Whether the limits allow it was asked before by whoever had it agreed
     * on: they may differ from node to node, and what comes of a command may not.
     */
    public Transition carryOut(ClusterImage image, Command command) {
        try {
            ClusterImage after = replay(image, command);
            return new Transition(after, new Reply.Applied(after.version()));
        } catch (ApiException refusal) {
            return refused(image, refusal);
        }
    }

    private static Transition refused(ClusterImage image, ApiException refusal) {
        return new Transition(image, new Reply.Refused(image.version(), refusal.code(), refusal.getMessage()));
    }

    /**
     * Carries out a command that was applied before.
     *
     * @throws ApiException if it does not fit the image
     */
    ClusterImage replay(ClusterImage image, Command command) {
        if (command instanceof Command.CreateTopic create) return createTopic(image, create);
        if (command instanceof Command.AlterTopic alter) return alterTopic(image, alter);
        if (command instanceof Command.AlterSettings alter) return alterSettings(image, alter);
        if (command instanceof Command.AddPartitions add) return addPartitions(image, add);
        if (command instanceof Command.DeleteTopic delete) return deleteTopic(image, delete);
        if (command instanceof Command.ForgetDeleted forget) return forgetDeleted(image, forget);
        if (command instanceof Command.RegisterNode register) return registerNode(image, register);
        if (command instanceof Command.CreateShards create) return createShards(image, create);
        if (command instanceof Command.CreateReplicatedShards create) return MemberRules.createShards(image, create);
        if (command instanceof Command.ReplaceReplica replace) return MemberRules.replace(image, replace);
        if (command instanceof Command.RegisterMember register) return MemberRules.register(image, register);
        if (command instanceof Command.AllocateProducerIds) return next(image, image.nodes(), image.topics());
        throw new AssertionError(command);
    }

    /**
     * A topic's effective settings on this server: its own, or else those of nodes, or else those of the configuration.
     *
     * @param settings the settings of nodes and groups in the image
     */
    TopicConfig config(Map<String, String> overrides, SortedMap<SettingsOwner, SortedMap<String, String>> settings) {
        Map<String, String> defaults = new HashMap<>(topicDefaults);
        // SettingsOwner.ALL_NODES sorts first, so the node's own settings override it. With a single node, any other
        // owner is this node.
        settings.forEach((owner, values) -> {
            if (owner.kind() == SettingsOwner.Kind.NODE) defaults.putAll(values);
        });
        return new TopicConfig(overrides, defaults);
    }

    private ClusterImage alterSettings(ClusterImage image, Command.AlterSettings command) {
        SettingsOwner owner = command.owner();
        boolean ofGroup = owner.kind() == SettingsOwner.Kind.GROUP;
        SortedMap<String, String> values = new TreeMap<>(image.settings(owner));
        values.keySet().removeAll(command.unset());
        command.set().forEach((name, text) -> {
            values.put(
                    name,
                    ofGroup
                            ? GroupConfigKey.require(name).canonical(text)
                            : TopicConfigKey.require(name).canonical(text));
        });
        SortedMap<SettingsOwner, SortedMap<String, String>> settings = new TreeMap<>(image.settings());
        if (values.isEmpty()) settings.remove(owner);
        else settings.put(owner, Collections.unmodifiableSortedMap(values));
        SortedMap<String, TopicImage> topics = image.topics();
        if (!ofGroup) {
            topics = new TreeMap<>();
            for (TopicImage topic : image.topics().values()) {
                TopicConfig config = config(topic.config().overrides(), settings);
                topics.put(topic.name(), topic.withConfig(config));
            }
        }
        return next(image, image.nodes(), topics).withSettings(settings);
    }

    private ClusterImage createTopic(ClusterImage image, Command.CreateTopic command) {
        TopicName.check(command.name());
        if (image.topics().containsKey(command.name())) {
            throw new ApiException(ErrorCode.TOPIC_EXISTS, "The topic '" + command.name() + "' exists already.");
        }
        if (command.partitions() < 1) {
            throw new ApiException(
                    ErrorCode.INVALID_PARTITIONS,
                    "A topic cannot have " + command.partitions() + " partitions; 1 is the least.");
        }
        return withTopic(
                image,
                new TopicImage(
                        command.name(),
                        command.id(),
                        Controller.place(image, List.of(), command.partitions(), command.replicationFactor()),
                        config(command.config(), image.settings())));
    }

    private ClusterImage createShards(ClusterImage image, Command.CreateShards command) {
        if (!image.shards().isEmpty()) {
            throw new ApiException(
                    ErrorCode.INVALID_CONFIG,
                    "There are " + image.shards().size()
                            + " shards already; their number is fixed at the first start.");
        }
        if (command.count() < 1 || command.count() > Command.CreateShards.MAX_COUNT) {
            throw new ApiException(
                    ErrorCode.INVALID_CONFIG,
                    "There cannot be " + command.count() + " shards; 1 is the least and "
                            + Command.CreateShards.MAX_COUNT + " the most.");
        }
        List<ShardImage> shards = new ArrayList<>();
        for (int id = 0; id < command.count(); id++) shards.add(new ShardImage(id, List.of(command.node())));
        return next(image, image.nodes(), Controller.placeAll(image.topics(), shards))
                .withShards(shards);
    }

    private ClusterImage alterTopic(ClusterImage image, Command.AlterTopic command) {
        TopicImage topic = topic(image, command.name());
        Map<String, String> overrides = new TreeMap<>(topic.config().overrides());
        for (String key : command.unset()) {
            TopicConfigKey.require(key);
            if (command.set().containsKey(key)) {
                throw new ApiException(ErrorCode.INVALID_CONFIG, key + " cannot be set and unset at once.");
            }
            overrides.remove(key);
        }
        overrides.putAll(command.set());
        return withTopic(image, topic.withConfig(config(overrides, image.settings())));
    }

    private ClusterImage addPartitions(ClusterImage image, Command.AddPartitions command) {
        TopicImage topic = topic(image, command.name());
        int now = topic.partitions().size();
        if (command.total() <= now) {
            throw new ApiException(
                    ErrorCode.INVALID_PARTITIONS,
                    "The topic '" + command.name() + "' has " + now + " partitions already; " + command.total()
                            + " is not more.");
        }
        int replicationFactor = topic.partitions().get(0).replicas().size();
        return withTopic(
                image,
                topic.grown(Controller.place(image, topic.partitions(), command.total() - now, replicationFactor)));
    }

    private ClusterImage deleteTopic(ClusterImage image, Command.DeleteTopic command) {
        TopicImage topic = topic(image, command.name());
        SortedMap<String, TopicImage> topics = new TreeMap<>(image.topics());
        topics.remove(topic.name());
        Map<UUID, String> deleted = new LinkedHashMap<>(image.deleted());
        deleted.put(topic.id(), topic.name());
        if (deleted.size() > ClusterImage.MAX_DELETED)
            deleted.remove(deleted.keySet().iterator().next());
        return next(image, image.nodes(), topics, deleted);
    }

    private ClusterImage forgetDeleted(ClusterImage image, Command.ForgetDeleted command) {
        Map<UUID, String> deleted = new LinkedHashMap<>(image.deleted());
        deleted.keySet().removeAll(command.ids());
        return next(image, image.nodes(), image.topics(), deleted);
    }

    private ClusterImage registerNode(ClusterImage image, Command.RegisterNode command) {
        if (command.id() < 0) {
            throw new ApiException(ErrorCode.INVALID_CONFIG, "node.id cannot be " + command.id() + "; 0 is the least.");
        }
        Map<Integer, NodeImage> nodes = new TreeMap<>(image.nodes());
        nodes.put(
                command.id(), new NodeImage(command.id(), command.http(), command.kafka(), false, image.version() + 1));
        SortedMap<String, TopicImage> topics = new TreeMap<>();
        image.topics().forEach((name, topic) -> topics.put(name, onRegistered(topic, command.id())));
        return next(image, nodes, topics);
    }

    private static TopicImage onRegistered(TopicImage topic, int node) {
        List<PartitionImage> partitions = topic.partitions().stream()
                .map(partition -> Controller.onRegistered(partition, node))
                .collect(Collectors.toUnmodifiableList());
        return topic.withStates(partitions);
    }

    private void checkLimits(ClusterImage image, Command command) {
        if (command instanceof Command.CreateTopic create) {
            if (image.topics().size() >= limits.topics()) {
                throw new ApiException(
                        ErrorCode.POLICY_VIOLATION,
                        "There are " + image.topics().size() + " topics already; limits.topics allows "
                                + limits.topics() + ".");
            }
            checkPartitions(image, create.partitions(), create.partitions());
        } else if (command instanceof Command.AlterSettings alter) {
            boolean another =
                    !image.settings().containsKey(alter.owner()) && !alter.set().isEmpty();
            if (another && image.settings().size() >= MAX_OWNERS) {
                throw new ApiException(
                        ErrorCode.POLICY_VIOLATION,
                        MAX_OWNERS + " groups have settings of their own already, and no more can.");
            }
        } else if (command instanceof Command.AddPartitions add) {
            TopicImage topic = image.topics().get(add.name());
            int now = topic == null ? 0 : topic.partitions().size();
            checkPartitions(image, add.total(), add.total() - now);
        }
    }

    private void checkPartitions(ClusterImage image, int ofTopic, int more) {
        if (ofTopic > limits.partitionsPerTopic()) {
            throw new ApiException(
                    ErrorCode.POLICY_VIOLATION,
                    "A topic cannot have " + ofTopic + " partitions; limits.partitionsPerTopic allows "
                            + limits.partitionsPerTopic() + ".");
        }
        int all = image.topics().values().stream()
                .mapToInt(topic -> topic.partitions().size())
                .sum();
        if (all + Math.max(more, 0) > limits.partitions()) {
            throw new ApiException(
                    ErrorCode.POLICY_VIOLATION,
                    "There are " + all + " partitions and " + more + " more are asked for; limits.partitions allows "
                            + limits.partitions() + ".");
        }
    }

    private static TopicImage topic(ClusterImage image, String name) {
        TopicImage topic = image.topics().get(name);
        if (topic != null) return topic;
        TopicName.check(name);
        throw new ApiException(ErrorCode.UNKNOWN_TOPIC, "The topic '" + name + "' does not exist.");
    }

    private static ClusterImage withTopic(ClusterImage image, TopicImage topic) {
        SortedMap<String, TopicImage> topics = new TreeMap<>(image.topics());
        topics.put(topic.name(), topic);
        return next(image, image.nodes(), topics);
    }

    private static ClusterImage next(
            ClusterImage image, Map<Integer, NodeImage> nodes, SortedMap<String, TopicImage> topics) {
        return next(image, nodes, topics, image.deleted());
    }

    private static ClusterImage next(
            ClusterImage image,
            Map<Integer, NodeImage> nodes,
            SortedMap<String, TopicImage> topics,
            Map<UUID, String> deleted) {
        return new ClusterImage(
                image.version() + 1,
                image.clusterId(),
                Collections.unmodifiableMap(nodes),
                image.shards(),
                Collections.unmodifiableSortedMap(topics),
                Collections.unmodifiableMap(deleted),
                image.settings());
    }
}
