package io.letterbox.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Function;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Readable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FrameReaderTest {
    private static final int CASES = 3_000;

    /** All kinds of fields, one after the other; the lengths are random, too. */
    private static final Function<Readable, Object> NUMBERS = in -> Arrays.asList(
            in.readByte(),
            in.readShort(),
            in.readInt(),
            in.readLong(),
            in.readDouble(),
            in.readUnsignedShort(),
            in.readUnsignedInt(),
            in.readUuid());

    @Test
    void numbersAreReadAsKafkaReadsThem() {
        Random random = new Random(1);
        for (int round = 0; round < 100; round++) {
            byte[] frame = new byte[60];
            random.nextBytes(frame);
            assertThat(NUMBERS.apply(new FrameReader(frame)))
                    .isEqualTo(NUMBERS.apply(new ByteBufferAccessor(ByteBuffer.wrap(frame))));
        }
    }

    @Test
    void numbersOfVariableLengthAreReadAsKafkaReadsThem() {
        long[] edges = {0, 1, -1, 63, 64, 127, 128, 16_383, 16_384, Integer.MAX_VALUE, Integer.MIN_VALUE};
        for (long edge : edges) {
            ByteBuffer written = ByteBuffer.allocate(100);
            ByteBufferAccessor out = new ByteBufferAccessor(written);
            out.writeUnsignedVarint((int) edge);
            out.writeVarint((int) edge);
            out.writeVarlong(edge);
            out.writeVarlong(edge * Integer.MAX_VALUE);
            FrameReader in = new FrameReader(Arrays.copyOf(written.array(), written.position()));
            assertThat(in.readUnsignedVarint()).isEqualTo((int) edge);
            assertThat(in.readVarint()).isEqualTo((int) edge);
            assertThat(in.readVarlong()).isEqualTo(edge);
            assertThat(in.readVarlong()).isEqualTo(edge * Integer.MAX_VALUE);
            assertThat(in.unread()).isZero();
        }
        byte[] endless = new byte[20];
        Arrays.fill(endless, (byte) 0x80);
        assertThatThrownBy(() -> new FrameReader(endless).readUnsignedVarint())
                .isInstanceOf(InvalidRequestException.class);
        assertThatThrownBy(() -> new FrameReader(endless).readVarlong()).isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void nothingIsReadBeyondTheFrame() {
        FrameReader in = new FrameReader(new byte[3]);
        assertThatThrownBy(in::readInt).isInstanceOf(InvalidRequestException.class);
        assertThatThrownBy(() -> in.readArray(4)).isInstanceOf(InvalidRequestException.class);
        assertThatThrownBy(() -> in.readByteBuffer(-1)).isInstanceOf(InvalidRequestException.class);
        assertThat(in.unread()).as("what was refused was not taken").isEqualTo(3);
        assertThat(in.readArray(3)).hasSize(3);
        assertThatThrownBy(in::readByte).isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void bytesLieInTheFrameAndShowNothingAroundThem() {
        byte[] frame = new byte[100];
        FrameReader in = new FrameReader(frame);
        ByteBuffer first = in.readByteBuffer(49);
        ByteBuffer second = in.readByteBuffer(51);
        assertThat(first.array()).isSameAs(frame);
        assertThat(first.capacity()).isEqualTo(49);
        assertThat(second.array()).isSameAs(frame);
        assertThat(second.capacity()).isEqualTo(51);
        assertThat(second.arrayOffset() + second.position()).isEqualTo(49);
    }

    @Test
    void aRequestHasOnlySoManyFields() {
        FrameReader in = new FrameReader(new byte[FrameReader.MAX_FIELDS + 10]);
        for (int field = 0; field < FrameReader.MAX_FIELDS; field++) in.readByte();
        assertThat(in.remaining()).isZero();
        assertThatThrownBy(in::readByte)
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("fields");
    }

    /** Any bytes are either a request or refused; no other exception is thrown. */
    @ParameterizedTest
    @EnumSource(ApiKeys.class)
    void everythingIsARequestOrRefused(ApiKeys api) {
        Random random = new Random(api.id);
        for (int round = 0; round < CASES; round++) {
            byte[] frame = new byte[RequestDecoder.FIXED_HEADER_BYTES + random.nextInt(60)];
            random.nextBytes(frame);
            // Small numbers are lengths that fit more often.
            if (random.nextBoolean()) for (int i = 0; i < frame.length; i++) frame[i] &= 0x03;
            int versions = api.latestVersion(true) - api.oldestVersion() + 1;
            ByteBuffer.wrap(frame).putShort(api.id).putShort((short)
                    (api.oldestVersion() + random.nextInt(Math.max(1, versions))));
            try {
                assertThat(RequestDecoder.decode(frame).api()).isEqualTo(api);
            } catch (InvalidRequestException refused) {
                assertThat(refused.getMessage()).isNotEmpty();
            }
        }
    }

    @Test
    void aRequestIsReadWhole() {
        byte[] whole = FrameClient.frame(ApiKeys.METADATA, 12, 77, new MetadataRequestData().setTopics(null));
        RequestDecoder.Decoded decoded = RequestDecoder.decode(Arrays.copyOfRange(whole, Integer.BYTES, whole.length));
        assertThat(decoded.api()).isEqualTo(ApiKeys.METADATA);
        assertThat(decoded.version()).isEqualTo((short) 12);
        assertThat(decoded.correlationId()).isEqualTo(77);
        assertThat(decoded.clientId()).isEqualTo("test");
        assertThat(((MetadataRequestData) decoded.body()).topics()).isNull();
    }
}
