package io.letterbox.bus;

import io.letterbox.audit.Actor;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.Command;
import io.letterbox.metadata.Endpoint;
import io.letterbox.metadata.NodeImage;
import io.letterbox.metadata.PartitionImage;
import io.letterbox.metadata.Reply;
import io.letterbox.metadata.TopicConfig;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;

/** The metadata of one node, kept in memory, for tests. Applies commands at once. Thread-safe. */
public final class FakeMetadata implements Metadata {
    private static final int MAX_PARTITIONS = 10_000;
    private static final int MAX_TOPICS = 1_000;
    private static final PartitionImage PARTITION = new PartitionImage(0, 1, 0, List.of(1), List.of(1));

    private final FakeStorage storage;
    private final List<Consumer<ClusterImage>> listeners = new ArrayList<>();
    private volatile Runnable cluster;
    private volatile ClusterImage image = new ClusterImage(
            0,
            "test-cluster",
            Map.of(1, new NodeImage(1, new Endpoint("127.0.0.1", 8080), new Endpoint("127.0.0.1", 9092), false, 1)),
            Collections.emptySortedMap());

    FakeMetadata(FakeStorage storage) {
        this.storage = storage;
    }

    @Override
    public ClusterImage image() {
        return image;
    }

    /**
     * From now on this node may be behind the cluster.
     *
     * @param news what happens when the cluster is asked; a failure is the answer
     */
    public void fallBehind(Runnable news) {
        cluster = news;
    }

    @Override
    public boolean mayBeBehind() {
        return cluster != null;
    }

    @Override
    public Future<ClusterImage> newest() {
        try {
            if (cluster != null) cluster.run();
            return Future.succeededFuture(image);
        } catch (ApiException failure) {
            return Future.failedFuture(failure);
        }
    }

    @Override
    public Future<Reply> propose(Command command, Actor by) {
        Promise<Reply> promise = Promise.promise();
        Runnable work = () -> {
            try {
                apply(command);
                promise.complete(new Reply.Applied(image.version()));
            } catch (ApiException refusal) {
                promise.fail(refusal);
            }
        };
        Context context = Vertx.currentContext();
        if (context == null) work.run();
        else context.runOnContext(go -> work.run());
        return promise.future();
    }

    @Override
    public synchronized void onChange(Consumer<ClusterImage> listener) {
        Context context = Vertx.currentContext();
        listeners.add(context == null ? listener : changed -> context.runOnContext(go -> listener.accept(changed)));
    }

    void create(String name, int partitions, Map<String, String> config) {
        apply(new Command.CreateTopic(name, UUID.randomUUID(), partitions, 1, config));
    }

    /** Puts the partitions of a topic into another leader epoch, as an election does. */
    public synchronized void elect(String name, int leaderEpoch) {
        TopicImage old = image.topics().get(name);
        PartitionImage led = new PartitionImage(0, 1, leaderEpoch, PARTITION.replicas(), PARTITION.isr());
        SortedMap<String, TopicImage> topics = new TreeMap<>(image.topics());
        List<PartitionImage> partitions = Collections.nCopies(old.partitions().size(), led);
        topics.put(name, new TopicImage(name, old.id(), partitions, old.config()));
        show(topics);
    }

    /** Has another node lead the partitions of a topic, with these replicas, all of them in sync. */
    public synchronized void elect(String name, int leader, int leaderEpoch, List<Integer> replicas) {
        TopicImage old = image.topics().get(name);
        PartitionImage led = new PartitionImage(0, leader, leaderEpoch, replicas, replicas);
        SortedMap<String, TopicImage> topics = new TreeMap<>(image.topics());
        List<PartitionImage> partitions = Collections.nCopies(old.partitions().size(), led);
        topics.put(name, new TopicImage(name, old.id(), partitions, old.config()));
        show(topics);
    }

    /** A node comes, or another image of one. */
    public synchronized void register(NodeImage node) {
        Map<Integer, NodeImage> nodes = new TreeMap<>(image.nodes());
        nodes.put(node.id(), node);
        image = new ClusterImage(image.version(), image.clusterId(), nodes, image.topics());
        show(image.topics());
    }

    private synchronized void apply(Command command) {
        SortedMap<String, TopicImage> topics = new TreeMap<>(image.topics());
        if (command instanceof Command.CreateTopic create) {
            create(topics, create);
        } else if (command instanceof Command.AlterTopic alter) {
            TopicImage old = known(topics, alter.name());
            Map<String, String> config = new HashMap<>(old.config().overrides());
            config.putAll(alter.set());
            config.keySet().removeAll(alter.unset());
            topics.put(old.name(), new TopicImage(old.name(), old.id(), old.partitions(), new TopicConfig(config)));
        } else if (command instanceof Command.AddPartitions add) {
            TopicImage old = known(topics, add.name());
            if (add.total() <= old.partitions().size() || add.total() > MAX_PARTITIONS) {
                throw new ApiException(ErrorCode.INVALID_PARTITIONS, "The number can only grow, and not for ever.");
            }
            topics.put(old.name(), new TopicImage(old.name(), old.id(), partitions(add.total()), old.config()));
            for (int p = old.partitions().size(); p < add.total(); p++) {
                storage.open(new TopicPartition(old.name(), p));
            }
        } else if (command instanceof Command.DeleteTopic delete) {
            topics.remove(known(topics, delete.name()).name());
            storage.close(delete.name());
        }
        show(topics);
    }

    private void show(SortedMap<String, TopicImage> topics) {
        image = new ClusterImage(
                image.version() + 1, image.clusterId(), image.nodes(), Collections.unmodifiableSortedMap(topics));
        listeners.forEach(listener -> listener.accept(image));
    }

    private void create(SortedMap<String, TopicImage> topics, Command.CreateTopic create) {
        if (topics.containsKey(create.name())) {
            throw new ApiException(ErrorCode.TOPIC_EXISTS, "The topic " + create.name() + " exists already.");
        }
        if (create.partitions() < 1 || create.partitions() > MAX_PARTITIONS || topics.size() >= MAX_TOPICS) {
            throw new ApiException(ErrorCode.INVALID_PARTITIONS, "That is more than there can be.");
        }
        TopicConfig config = new TopicConfig(create.config());
        topics.put(create.name(), new TopicImage(create.name(), create.id(), partitions(create.partitions()), config));
        for (int p = 0; p < create.partitions(); p++) storage.open(new TopicPartition(create.name(), p));
    }

    private static List<PartitionImage> partitions(int count) {
        return Collections.nCopies(count, PARTITION);
    }

    private static TopicImage known(SortedMap<String, TopicImage> topics, String name) {
        TopicImage topic = topics.get(name);
        if (topic == null) throw new ApiException(ErrorCode.UNKNOWN_TOPIC, "There is no topic " + name + ".");
        return topic;
    }
}
