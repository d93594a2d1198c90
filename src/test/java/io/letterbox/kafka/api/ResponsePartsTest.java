package io.letterbox.kafka.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.bus.FileSlice;
import io.letterbox.kafka.Produces;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.FileRegion;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.types.RawTaggedField;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.RequestUtils;
import org.apache.kafka.common.utils.ByteUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResponsePartsTest {
    private static final ByteBuffer SMALL = Produces.batch(null, "small");
    private static final ByteBuffer LARGE = Produces.batch("key", "l".repeat(3_000), "m".repeat(3_000));

    @TempDir
    Path temp;

    private int released;

    private StoredRecords.File file() throws IOException {
        Path path = temp.resolve("segment");
        byte[] around = new byte[LARGE.remaining() + 20];
        LARGE.duplicate().get(around, 7, LARGE.remaining());
        Files.write(path, around);
        FileChannel channel = FileChannel.open(path);
        return new StoredRecords.File(new FileSlice(channel, 7, LARGE.remaining(), () -> {
            released++;
            close(channel);
        }));
    }

    private static void close(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static FetchResponseData body(org.apache.kafka.common.record.internal.BaseRecords... records) {
        FetchResponseData body = new FetchResponseData();
        FetchableTopicResponse topic = new FetchableTopicResponse().setTopic("t");
        for (int partition = 0; partition < records.length; partition++) {
            topic.partitions()
                    .add(new PartitionData()
                            .setPartitionIndex(partition)
                            .setHighWatermark(3)
                            .setRecords(records[partition]));
        }
        body.responses().add(topic);
        return body;
    }

    private static List<Object> encode(FetchResponseData body, int version) {
        return ResponseParts.encode(
                UnpooledByteBufAllocator.DEFAULT,
                new ResponseHeaderData().setCorrelationId(9),
                ApiKeys.FETCH.responseHeaderVersion((short) version),
                body,
                (short) version);
    }

    private static byte[] sent(List<Object> parts) throws IOException {
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        for (Object part : parts) {
            if (part instanceof ByteBuf buffer) {
                buffer.getBytes(buffer.readerIndex(), sent, buffer.readableBytes());
            } else {
                FileRegion region = (FileRegion) part;
                while (region.transferred() < region.count()) {
                    region.transferTo(Channels.newChannel(sent), region.transferred());
                }
            }
            ReferenceCountUtil.release(part);
        }
        return sent.toByteArray();
    }

    /** Kafka's own encoding of the same response, including its length. */
    private static byte[] expected(FetchResponseData body, int version) {
        ByteBuffer bytes = RequestUtils.serialize(
                new ResponseHeaderData().setCorrelationId(9),
                ApiKeys.FETCH.responseHeaderVersion((short) version),
                body,
                (short) version);
        return ByteBuffer.allocate(Integer.BYTES + bytes.remaining())
                .putInt(bytes.remaining())
                .put(bytes)
                .array();
    }

    @Test
    void areKafkasBytesInEveryVersion() throws IOException {
        for (int version = 4; version <= 18; version++) {
            FetchResponseData ours = body(
                    new StoredRecords.Heap(SMALL), file(), StoredRecords.NONE, file(), new StoredRecords.Heap(SMALL));
            List<Object> parts = encode(ours, version);
            assertThat(parts).as("version %s", version).hasSize(5);
            assertThat(sent(parts))
                    .as("version %s", version)
                    .isEqualTo(expected(
                            body(
                                    MemoryRecords.readableRecords(SMALL),
                                    MemoryRecords.readableRecords(LARGE),
                                    MemoryRecords.EMPTY,
                                    MemoryRecords.readableRecords(LARGE),
                                    MemoryRecords.readableRecords(SMALL)),
                            version));
        }
        assertThat(released).isEqualTo(2 * 15);
    }

    @Test
    void areReadAgainAsTheyWere() throws IOException {
        ByteBuffer frame = ByteBuffer.wrap(sent(encode(body(file()), 12)));
        assertThat(frame.getInt()).isEqualTo(frame.remaining());
        ByteBufferAccessor reader = new ByteBufferAccessor(frame);
        new ResponseHeaderData(reader, ApiKeys.FETCH.responseHeaderVersion((short) 12));
        FetchResponseData read = new FetchResponseData(reader, (short) 12);
        MemoryRecords records =
                (MemoryRecords) read.responses().get(0).partitions().get(0).records();
        assertThat(records.buffer()).isEqualTo(LARGE);
    }

    @Test
    void anAbandonedPartGivesItsFileBackOnce() throws IOException {
        StoredRecords.File file = file();
        List<Object> parts = encode(body(file), 12);
        parts.forEach(ReferenceCountUtil::release);
        assertThat(released).isEqualTo(1);
        file.slice().release();
        assertThat(released).isEqualTo(1);
    }

    @Test
    void variableLengthNumbersAreKafkas() {
        Random random = new Random(1);
        for (int i = 0; i < 2_000; i++) {
            int value = random.nextInt() >> random.nextInt(32);
            long wide = random.nextLong() >> random.nextInt(64);
            ByteBuf ours = UnpooledByteBufAllocator.DEFAULT.buffer();
            ResponseParts writer = new ResponseParts(ours);
            writer.writeUnsignedVarint(value);
            writer.writeVarint(value);
            writer.writeVarlong(wide);
            ByteBuffer kafkas = ByteBuffer.allocate(64);
            ByteUtils.writeUnsignedVarint(value, kafkas);
            ByteUtils.writeVarint(value, kafkas);
            ByteUtils.writeVarlong(wide, kafkas);
            assertThat(ours.nioBuffer()).isEqualTo(kafkas.flip());
            ours.release();
        }
    }

    @Test
    void otherFieldsAreKafkasToo() throws IOException {
        FetchResponseData body = body(MemoryRecords.EMPTY);
        body.unknownTaggedFields().add(new RawTaggedField(77, new byte[] {1, 2, 3}));
        FetchResponseData ours = body(StoredRecords.NONE);
        ours.unknownTaggedFields().add(new RawTaggedField(77, new byte[] {1, 2, 3}));
        assertThat(sent(encode(ours, 16))).isEqualTo(expected(body, 16));
    }
}
