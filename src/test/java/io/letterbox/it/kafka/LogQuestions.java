package io.letterbox.it.kafka;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsPartition;
import org.apache.kafka.common.message.DeleteRecordsRequestData.DeleteRecordsTopic;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** Requests of clients about logs: metadata, produce and fetch, offsets, epochs; valid and invalid. */
final class LogQuestions {
    private static final int MAX_BYTES = 1 << 20;
    /** Some time ago, within the retention time. */
    private static final long T = System.currentTimeMillis() - 60_000;

    private final PeerComparison peers;

    private LogQuestions(PeerComparison peers) {
        this.peers = peers;
    }

    static void ask(PeerComparison peers) {
        LogQuestions questions = new LogQuestions(peers);
        questions.metadata();
        questions.versions();
        questions.produce();
        questions.offsets();
        questions.fetch();
        questions.sessions();
        questions.epochsAndDeletion();
    }

    static void awaitLeaders(PeerComparison peers, String topic) {
        peers.<MetadataResponseData>settle(ApiKeys.METADATA, 12, named(false, topic), answer -> {
            var found = answer.topics().iterator().next();
            return found.errorCode() == 0 && found.partitions().stream().allMatch(one -> one.leaderId() >= 0);
        });
    }

    private static MetadataRequestData named(boolean create, String... names) {
        return new MetadataRequestData()
                .setAllowAutoTopicCreation(create)
                .setTopics(Arrays.stream(names)
                        .map(name -> new MetadataRequestTopic().setName(name))
                        .toList());
    }

    private void metadata() {
        AdminQuestions.create(peers, "told", 2);
        peers.ask("no topics", ApiKeys.METADATA, 1, 13, side -> named(true));
        peers.ask("one", ApiKeys.METADATA, 0, 13, side -> named(true, "told"));
        peers.ask("operations", ApiKeys.METADATA, 8, 13, side -> named(true, "told")
                .setIncludeTopicAuthorizedOperations(true));
        peers.ask("operations on the cluster", ApiKeys.METADATA, 8, 10, side -> named(true)
                .setIncludeClusterAuthorizedOperations(true));
        for (String name : List.of("bad name!", "", ".", "x".repeat(250))) {
            peers.ask("named " + name.length(), ApiKeys.METADATA, 0, 13, side -> named(true, name));
        }
        peers.ask("unknown", ApiKeys.METADATA, 4, 13, side -> named(false, "nowhere"));
        peers.ask("twice", ApiKeys.METADATA, 9, 9, side -> named(false, "told", "told"));
        for (int version : new int[] {9, 12, 13}) {
            peers.askWithTail("no topics", ApiKeys.METADATA, version, 3, side -> named(true));
            peers.askWithTail("one", ApiKeys.METADATA, version, 1, side -> named(true, "told"));
        }
        for (int version : new int[] {10, 12, 13}) {
            peers.flow("by id", ApiKeys.METADATA, version, side -> byId(null, side.topicId("told")));
            peers.flow("by unknown id", ApiKeys.METADATA, version, side -> byId(null, new Uuid(7, 7)));
            peers.flow("by no id", ApiKeys.METADATA, version, side -> byId(null, Uuid.ZERO_UUID));
            peers.flow("by name and id", ApiKeys.METADATA, version, side -> byId("told", side.topicId("told")));
        }
        for (int type : new int[] {0, 1, 7}) {
            peers.settle(
                    ApiKeys.FIND_COORDINATOR,
                    3,
                    new FindCoordinatorRequestData()
                            .setKeyType((byte) Math.min(type, 1))
                            .setKey("warm"),
                    answer -> ((org.apache.kafka.common.message.FindCoordinatorResponseData) answer).errorCode() == 0);
            for (String key : List.of("k", "")) {
                peers.ask(
                        "type " + type + " key " + key,
                        ApiKeys.FIND_COORDINATOR,
                        0,
                        3,
                        side -> new FindCoordinatorRequestData()
                                .setKeyType((byte) type)
                                .setKey(key));
            }
            for (List<String> keys : List.of(List.<String>of(), List.of("a", "", "a"))) {
                peers.ask(
                        "type " + type + " keys " + keys,
                        ApiKeys.FIND_COORDINATOR,
                        4,
                        6,
                        side -> new FindCoordinatorRequestData()
                                .setKeyType((byte) type)
                                .setCoordinatorKeys(keys));
            }
        }
    }

    private static MetadataRequestData byId(String name, Uuid id) {
        return new MetadataRequestData()
                .setTopics(List.of(new MetadataRequestTopic().setName(name).setTopicId(id)));
    }

    private void versions() {
        String[][] software = {{"x", "1"}, {"", "1"}, {"-x y", "1"}, {"x", ""}, {"apache-kafka-java", "4.3.1"}};
        for (String[] names : software) {
            peers.ask(names[0] + " " + names[1], ApiKeys.API_VERSIONS, 0, 4, side -> new ApiVersionsRequestData()
                    .setClientSoftwareName(names[0])
                    .setClientSoftwareVersion(names[1]));
        }
    }

    // ---- produce

    static MemoryRecords values(String... values) {
        return MemoryRecords.withRecords(
                Compression.NONE,
                Arrays.stream(values)
                        .map(value -> new SimpleRecord(T, null, value == null ? null : value.getBytes()))
                        .toArray(SimpleRecord[]::new));
    }

    private static MemoryRecords at(long... times) {
        return MemoryRecords.withRecords(
                Compression.gzip().build(),
                Arrays.stream(times)
                        .mapToObj(time -> new SimpleRecord(time, null, "v".getBytes()))
                        .toArray(SimpleRecord[]::new));
    }

    /** A modified batch with a correct checksum. */
    static MemoryRecords changed(MemoryRecords records, Consumer<ByteBuffer> change) {
        byte[] bytes = bytes(records);
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        change.accept(buffer);
        CRC32C crc = new CRC32C();
        crc.update(bytes, 21, bytes.length - 21);
        return MemoryRecords.readableRecords(
                buffer.putInt(17, (int) crc.getValue()).rewind());
    }

    private static byte[] bytes(MemoryRecords records) {
        byte[] bytes = new byte[records.sizeInBytes()];
        records.buffer().duplicate().get(bytes);
        return bytes;
    }

    static ProduceRequestData produce(String topic, Uuid id, int partition, int acks, MemoryRecords records) {
        MemoryRecords fresh = records == null ? null : MemoryRecords.readableRecords(ByteBuffer.wrap(bytes(records)));
        ProduceRequestData request =
                new ProduceRequestData().setAcks((short) acks).setTimeoutMs(10_000);
        request.topicData()
                .add(new TopicProduceData()
                        .setName(topic)
                        .setTopicId(id)
                        .setPartitionData(new ArrayList<>(List.of(
                                new PartitionProduceData().setIndex(partition).setRecords(fresh)))));
        return request;
    }

    private void put(String question, String topic, MemoryRecords records) {
        peers.flow(question, ApiKeys.PRODUCE, 9, side -> produce(topic, Uuid.ZERO_UUID, 0, -1, records));
    }

    private void produce() {
        AdminQuestions.create(peers, "put", 1);
        AdminQuestions.create(peers, "put.compacted", 1, "cleanup.policy", "compact");
        AdminQuestions.create(peers, "put.small", 1, "max.message.bytes", "1000");
        AdminQuestions.create(peers, "put.stamped", 1, "message.timestamp.type", "LogAppendTime");
        for (int version = 3; version <= 12; version++) {
            int current = version;
            peers.flow(
                    "a record", ApiKeys.PRODUCE, current, side -> produce("put", Uuid.ZERO_UUID, 0, -1, values("v")));
        }
        peers.flow("by id", ApiKeys.PRODUCE, 13, side -> produce("", side.topicId("put"), 0, -1, values("v")));
        peers.flow("by unknown id", ApiKeys.PRODUCE, 13, side -> produce("", new Uuid(7, 7), 0, -1, values("v")));
        put("empty value", "put", values(""));
        put("null value", "put", values((String) null));
        put("no records", "put", MemoryRecords.EMPTY);
        put("base offset", "put", changed(values("v"), batch -> batch.putLong(0, 77)));
        put("leader epoch", "put", changed(values("v"), batch -> batch.putInt(12, 99)));
        put("count 0", "put", changed(values("v"), batch -> batch.putInt(57, 0)));
        put("count 2 of 1", "put", changed(values("v"), batch -> batch.putInt(57, 2)
                .putInt(23, 1)));
        put("last offset", "put", changed(values("v"), batch -> batch.putInt(23, 5)));
        put("control", "put", changed(values("v"), batch -> batch.putShort(21, (short) 0x20)));
        put("append time", "put", changed(values("v"), batch -> batch.putShort(21, (short) 0x08)));
        put("unused bits", "put", changed(values("v"), batch -> batch.putShort(21, (short) 0x180)));
        put("codec 5", "put", changed(values("v"), batch -> batch.putShort(21, (short) 5)));
        put("magic 1", "put", changed(values("v"), batch -> batch.put(16, (byte) 1)));
        put("producer without sequence", "put", changed(values("v"), batch -> batch.putLong(43, 12345)));
        put("sequence 7 first", "put", sequenced(12345, 0, 7));
        put("sequence 9 after 7", "put", sequenced(12345, 0, 9));
        put("sequence 7 again", "put", sequenced(12345, 0, 7));
        put("next epoch at 3", "put", sequenced(12345, 1, 3));
        put("next epoch at 0", "put", sequenced(12345, 1, 0));
        put("epoch before", "put", sequenced(12345, 0, 8));
        put("transactional without id", "put", changed(sequenced(777, 0, 0), b -> b.putShort(21, (short) 0x10)));
        put("time unknown", "put", at(-1));
        put("time of microseconds", "put", at(T * 1000));
        put("no key", "put.compacted", values("v"));
        put("too large", "put.small", values("v".repeat(2000)));
        put("stamped by the server", "put.stamped", values("v"));
        put("unknown topic", "nowhere", values("v"));
        put("bad topic", "bad name!", values("v"));
        put("no topic", "", values("v"));
        put("internal topic", "__consumer_offsets", values("v"));
        for (int partition : new int[] {5, -1}) {
            peers.flow(
                    "partition " + partition,
                    ApiKeys.PRODUCE,
                    9,
                    side -> produce("put", Uuid.ZERO_UUID, partition, -1, values("v")));
        }
        for (int acks : new int[] {1, 2, -2}) {
            peers.flow(
                    "acks " + acks, ApiKeys.PRODUCE, 9, side -> produce("put", Uuid.ZERO_UUID, 0, acks, values("v")));
        }
        peers.askWithTail(
                "bytes behind", ApiKeys.PRODUCE, 9, 5, side -> produce("put", Uuid.ZERO_UUID, 0, -1, values("v")));
        peers.flow("nothing", ApiKeys.PRODUCE, 9, side -> new ProduceRequestData()
                .setAcks((short) -1)
                .setTimeoutMs(1000));
    }

    private static MemoryRecords sequenced(long producer, int epoch, int sequence) {
        return changed(
                values("v"),
                batch -> batch.putLong(43, producer).putShort(51, (short) epoch).putInt(53, sequence));
    }

    // ---- offsets

    private void offsets() {
        AdminQuestions.create(peers, "times", 2);
        put("some times", "times", at(T + 100, T + 500, T + 300, T + 700));
        put("other times", "times", at(T + 400, T + 900));
        for (int version = 1; version <= 11; version++) {
            for (long time : new long[] {-1, -2, -3, -4, -5, -6, -7, 0, T, T + 300, T + 501, T + 901, Long.MAX_VALUE}) {
                offset(version, "times", 0, time, -1);
            }
            for (long time : new long[] {-1, -2, -3, 0}) offset(version, "times", 1, time, -1);
        }
        for (int replica : new int[] {-3, -2, 0, 1, 5}) {
            for (long time : new long[] {-1, -2, T}) offset(7, "times", 0, time, replica);
        }
        for (int partition : new int[] {9, -1}) offset(7, "times", partition, -1, -1);
        offset(7, "nowhere", 0, -1, -1);
        offset(7, "", 0, -1, -1);
        for (int epoch : new int[] {0, 1, 9}) {
            peers.flow("epoch " + epoch, ApiKeys.LIST_OFFSETS, 7, side -> listOffsets("times", 0, -1, -1, epoch));
        }
        ListOffsetsRequestData twice = listOffsets("times", 0, -1, -1, -1);
        twice.topics()
                .get(0)
                .setPartitions(List.of(
                        new ListOffsetsPartition().setTimestamp(-1), new ListOffsetsPartition().setTimestamp(-2)));
        peers.flow("twice", ApiKeys.LIST_OFFSETS, 7, side -> twice);
    }

    private void offset(int version, String topic, int partition, long time, int replica) {
        String question = topic + "/" + partition + " at "
                + (time >= T && time < Long.MAX_VALUE ? "T+" + (time - T) : time) + " for " + replica + " v" + version;
        peers.flow(question, ApiKeys.LIST_OFFSETS, version, side -> listOffsets(topic, partition, time, replica, -1));
    }

    private static ListOffsetsRequestData listOffsets(String topic, int partition, long time, int replica, int epoch) {
        return new ListOffsetsRequestData()
                .setReplicaId(replica)
                .setTopics(List.of(new ListOffsetsTopic()
                        .setName(topic)
                        .setPartitions(List.of(new ListOffsetsPartition()
                                .setPartitionIndex(partition)
                                .setCurrentLeaderEpoch(epoch)
                                .setTimestamp(time)))));
    }

    // ---- fetch

    private static FetchRequestData fetch(String topic, Uuid id, int partition, long offset) {
        return new FetchRequestData()
                .setMaxWaitMs(50)
                .setMinBytes(1)
                .setMaxBytes(MAX_BYTES)
                .setSessionId(0)
                .setSessionEpoch(-1)
                .setTopics(new ArrayList<>(List.of(new FetchTopic()
                        .setTopic(topic)
                        .setTopicId(id)
                        .setPartitions(List.of(new FetchPartition()
                                .setPartition(partition)
                                .setFetchOffset(offset)
                                .setPartitionMaxBytes(MAX_BYTES))))));
    }

    private static FetchPartition only(FetchRequestData request) {
        return request.topics().get(0).partitions().get(0);
    }

    private void fetch() {
        AdminQuestions.create(peers, "read", 1);
        for (String value : List.of("a", "b", "c")) put("to read " + value, "read", values(value, value + "2"));
        for (int version = 4; version <= 18; version++) {
            int current = version;
            for (long offset : new long[] {0, 3, 6, 7, -1}) {
                peers.flow(
                        "from " + offset + " v" + version,
                        ApiKeys.FETCH,
                        version,
                        side -> current < 13
                                ? fetch("read", Uuid.ZERO_UUID, 0, offset)
                                : fetch("", side.topicId("read"), 0, offset));
            }
        }
        for (int partition : new int[] {5, -1}) {
            peers.flow(
                    "partition " + partition, ApiKeys.FETCH, 12, side -> fetch("read", Uuid.ZERO_UUID, partition, 0));
            peers.flow(
                    "partition by id " + partition,
                    ApiKeys.FETCH,
                    17,
                    side -> fetch("", side.topicId("read"), partition, 0));
        }
        peers.flow("unknown topic", ApiKeys.FETCH, 12, side -> fetch("nowhere", Uuid.ZERO_UUID, 0, 0));
        peers.flow("no topic", ApiKeys.FETCH, 12, side -> fetch("", Uuid.ZERO_UUID, 0, 0));
        peers.flow("unknown id", ApiKeys.FETCH, 17, side -> fetch("", new Uuid(7, 7), 0, 0));
        peers.flow("no id", ApiKeys.FETCH, 17, side -> fetch("", Uuid.ZERO_UUID, 0, 0));
        for (int limit : new int[] {0, 1, 80}) {
            peers.flow("partition limit " + limit, ApiKeys.FETCH, 12, side -> {
                FetchRequestData request = fetch("read", Uuid.ZERO_UUID, 0, 0);
                only(request).setPartitionMaxBytes(limit);
                return request;
            });
            peers.flow("limit " + limit, ApiKeys.FETCH, 12, side -> fetch("read", Uuid.ZERO_UUID, 0, 0)
                    .setMaxBytes(limit));
        }
        peers.flow("minimum 0", ApiKeys.FETCH, 12, side -> fetch("read", Uuid.ZERO_UUID, 0, 6)
                .setMinBytes(0));
        peers.flow("minimum large", ApiKeys.FETCH, 12, side -> fetch("read", Uuid.ZERO_UUID, 0, 0)
                .setMinBytes(100_000));
        for (int epoch : new int[] {0, 1, 9}) {
            peers.flow("epoch " + epoch, ApiKeys.FETCH, 12, side -> {
                FetchRequestData request = fetch("read", Uuid.ZERO_UUID, 0, 0);
                only(request).setCurrentLeaderEpoch(epoch);
                return request;
            });
        }
        for (int replica : new int[] {-2, 0, 1, 5}) {
            peers.flow("replica " + replica, ApiKeys.FETCH, 12, side -> fetch("read", Uuid.ZERO_UUID, 0, 0)
                    .setReplicaId(replica));
            peers.flow("replica by state " + replica, ApiKeys.FETCH, 17, side -> {
                FetchRequestData request = fetch("", side.topicId("read"), 0, 0);
                request.replicaState().setReplicaId(replica);
                return request;
            });
        }
        peers.flow("another cluster's", ApiKeys.FETCH, 12, side -> fetch("read", Uuid.ZERO_UUID, 0, 0)
                .setClusterId("someone else's"));
        peers.flow("isolation 9", ApiKeys.FETCH, 12, side -> fetch("read", Uuid.ZERO_UUID, 0, 0)
                .setIsolationLevel((byte) 9));
    }

    private void sessions() {
        peers.<FetchResponseData>flow(
                "session begins",
                ApiKeys.FETCH,
                15,
                side -> fetch("", side.topicId("read"), 0, 0).setSessionEpoch(0),
                side -> answer -> side.note("session", answer.sessionId()));
        int[] epochs = {1, 7, 2, -1};
        IntStream.of(epochs)
                .forEach(epoch -> peers.flow("session epoch " + epoch, ApiKeys.FETCH, 15, side -> new FetchRequestData()
                        .setMaxWaitMs(0)
                        .setMaxBytes(MAX_BYTES)
                        .setSessionId(side.<Integer>noted("session"))
                        .setSessionEpoch(epoch)));
        for (int version : new int[] {7, 12, 15, 17}) {
            peers.flow("session of nobody", ApiKeys.FETCH, version, side -> new FetchRequestData()
                    .setMaxWaitMs(0)
                    .setSessionId(123_456)
                    .setSessionEpoch(1));
            peers.flow("no topics", ApiKeys.FETCH, version, side -> new FetchRequestData()
                    .setMaxWaitMs(50)
                    .setMinBytes(1));
        }
    }

    private void epochsAndDeletion() {
        for (int wanted : new int[] {-1, 0, 5}) {
            for (int current : new int[] {-1, 0, 7}) {
                peers.ask(
                        "epoch " + wanted + " in " + current,
                        ApiKeys.OFFSET_FOR_LEADER_EPOCH,
                        2,
                        4,
                        side -> epochs("read", 0, current, wanted));
            }
        }
        peers.ask("nowhere", ApiKeys.OFFSET_FOR_LEADER_EPOCH, 3, 4, side -> epochs("nowhere", 0, -1, 0));
        peers.ask("partition 9", ApiKeys.OFFSET_FOR_LEADER_EPOCH, 3, 4, side -> epochs("read", 9, -1, 0));
        peers.ask("partition -1", ApiKeys.OFFSET_FOR_LEADER_EPOCH, 3, 4, side -> epochs("read", -1, -1, 0));
        for (long offset : new long[] {-2, 0, 2, 1, 99, 3, -1}) {
            peers.flow("before " + offset, ApiKeys.DELETE_RECORDS, 2, side -> deletion("read", 0, offset));
        }
        peers.flow("below the start", ApiKeys.FETCH, 12, side -> fetch("read", Uuid.ZERO_UUID, 0, 0));
        for (long time : new long[] {-1, -2, -3, 0}) offset(7, "read", 0, time, -1);
        put(
                "for the compactor",
                "put.compacted",
                MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(T, "k".getBytes(), "v".getBytes())));
        peers.flow("compacted", ApiKeys.DELETE_RECORDS, 2, side -> deletion("put.compacted", 0, 1));
        peers.flow("nowhere", ApiKeys.DELETE_RECORDS, 2, side -> deletion("nowhere", 0, 1));
        peers.flow("partition 5", ApiKeys.DELETE_RECORDS, 2, side -> deletion("read", 5, 1));
        peers.flow("partition -1", ApiKeys.DELETE_RECORDS, 2, side -> deletion("read", -1, 1));
        peers.flow("internal", ApiKeys.DELETE_RECORDS, 2, side -> deletion("__consumer_offsets", 0, 1));
    }

    private static OffsetForLeaderEpochRequestData epochs(String topic, int partition, int current, int wanted) {
        OffsetForLeaderEpochRequestData request = new OffsetForLeaderEpochRequestData().setReplicaId(-1);
        request.topics()
                .add(new OffsetForLeaderTopic()
                        .setTopic(topic)
                        .setPartitions(List.of(new OffsetForLeaderPartition()
                                .setPartition(partition)
                                .setCurrentLeaderEpoch(current)
                                .setLeaderEpoch(wanted))));
        return request;
    }

    private static DeleteRecordsRequestData deletion(String topic, int partition, long offset) {
        return new DeleteRecordsRequestData()
                .setTimeoutMs(5000)
                .setTopics(List.of(new DeleteRecordsTopic()
                        .setName(topic)
                        .setPartitions(List.of(new DeleteRecordsPartition()
                                .setPartitionIndex(partition)
                                .setOffset(offset)))));
    }
}
