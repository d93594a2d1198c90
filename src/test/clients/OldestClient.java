import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * kafka-clients 3.0.0 does what its users do; OldestClientIT runs it and reads what it prints, one fact a line. It
 * fails by an exception where an answer is not what it should be.
 */
public final class OldestClient {
    private static final int PER_CODEC = 100;

    private final String bootstrap;

    private OldestClient(String bootstrap) {
        this.bootstrap = bootstrap;
    }

    public static void main(String[] arguments) throws Exception {
        OldestClient client = new OldestClient(arguments[0]);
        client.admin();
        client.produce();
        client.consume();
        client.transactions();
        System.out.println("done");
    }

    private Properties settings(Object... more) {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", bootstrap);
        for (int i = 0; i < more.length; i += 2) settings.put(more[i], more[i + 1]);
        return settings;
    }

    private KafkaProducer<String, String> producer(Object... more) {
        return new KafkaProducer<>(settings(more), new StringSerializer(), new StringSerializer());
    }

    private KafkaConsumer<String, String> consumer(Object... more) {
        Properties settings = settings(more);
        settings.put("auto.offset.reset", "earliest");
        settings.put("enable.auto.commit", "false");
        return new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
    }

    private void admin() throws Exception {
        try (Admin admin = Admin.create(settings())) {
            admin.createTopics(List.of(
                            new NewTopic("old", 2, (short) 1).configs(Map.of("retention.ms", "7200000")),
                            new NewTopic("old-moves", 1, (short) 1)))
                    .all()
                    .get();
            admin.createPartitions(Map.of("old", NewPartitions.increaseTo(3))).all().get();
            System.out.println("partitions " + admin.describeTopics(List.of("old")).all().get().get("old").partitions().size());
            ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, "old");
            AlterConfigOp change =
                    new AlterConfigOp(new ConfigEntry(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, "90000"), AlterConfigOp.OpType.SET);
            admin.incrementalAlterConfigs(Map.of(topic, List.of(change))).all().get();
            var configs = admin.describeConfigs(List.of(topic)).all().get().get(topic);
            System.out.println("configs " + configs.get("retention.ms").value() + " " + configs.get("max.message.bytes").value());
            System.out.println("nodes " + admin.describeCluster().nodes().get().size());
        }
    }

    private void produce() throws Exception {
        for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
            try (KafkaProducer<String, String> producer = producer("compression.type", codec, "acks", "all", "enable.idempotence", "true")) {
                List<Future<RecordMetadata>> answers = new ArrayList<>();
                for (int i = 0; i < PER_CODEC; i++) {
                    ProducerRecord<String, String> record = new ProducerRecord<>("old", codec + i, codec + "-" + i);
                    record.headers().add(new RecordHeader("h", codec.getBytes()));
                    answers.add(producer.send(record));
                }
                for (Future<RecordMetadata> answer : answers) if (!answer.get().hasOffset()) throw new AssertionError("no offset");
            }
        }
    }

    private void consume() throws Exception {
        Set<String> values = new TreeSet<>();
        long giveUp = System.nanoTime() + 60_000_000_000L;
        try (KafkaConsumer<String, String> consumer = consumer("group.id", "old-group")) {
            consumer.subscribe(List.of("old"));
            while (values.size() < 5 * PER_CODEC && System.nanoTime() < giveUp) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(100))) {
                    String codec = new String(record.headers().lastHeader("h").value());
                    if (!record.value().startsWith(codec + "-")) throw new AssertionError("headers of another: " + record);
                    if (!values.add(record.value())) throw new AssertionError("twice: " + record);
                }
            }
            consumer.commitSync();
        }
        System.out.println("values " + values.size());
        try (Admin admin = Admin.create(settings())) {
            long committed = admin.listConsumerGroupOffsets("old-group").partitionsToOffsetAndMetadata().get().values().stream()
                    .mapToLong(offset -> offset.offset())
                    .sum();
            System.out.println("committed " + committed);
            System.out.println("state " + admin.describeConsumerGroups(List.of("old-group")).all().get().get("old-group").state());
            var ends = admin.listOffsets(Map.of(new TopicPartition("old", 0), OffsetSpec.latest())).all().get();
            System.out.println("end " + (ends.get(new TopicPartition("old", 0)).offset() > 0));
        }
    }

    private void transactions() throws Exception {
        try (KafkaProducer<String, String> first = producer("transactional.id", "old-clerk");
                KafkaProducer<String, String> second = producer("transactional.id", "old-clerk")) {
            first.initTransactions();
            first.beginTransaction();
            first.send(new ProducerRecord<>("old-moves", "aborted")).get();
            first.abortTransaction();
            first.beginTransaction();
            first.send(new ProducerRecord<>("old-moves", "committed")).get();
            first.commitTransaction();
            first.beginTransaction();
            first.send(new ProducerRecord<>("old-moves", "of a zombie")).get();
            second.initTransactions();
            try {
                first.commitTransaction();
                throw new AssertionError("a zombie commits");
            } catch (ProducerFencedException expected) {
                System.out.println("fenced");
            }
            second.beginTransaction();
            second.send(new ProducerRecord<>("old-moves", "after it")).get();
            second.commitTransaction();
        }
        List<String> read = new ArrayList<>();
        long giveUp = System.nanoTime() + 60_000_000_000L;
        TopicPartition partition = new TopicPartition("old-moves", 0);
        try (KafkaConsumer<String, String> consumer = consumer("isolation.level", "read_committed")) {
            consumer.assign(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            while (consumer.position(partition) < end && System.nanoTime() < giveUp) {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> read.add(record.value()));
            }
        }
        System.out.println("moves " + String.join(",", read));
    }
}
