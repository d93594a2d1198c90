package io.letterbox.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.kafka.common.utils.ByteUtils;
import org.junit.jupiter.api.Test;

/** Holds numbers of variable length against kafka-clients' own. */
class VarintTest {
    @Property
    void signedNumbersOf64BitsAreWrittenAsKafkaWritesThem(@ForAll long value) {
        ByteBuffer kafkas = ByteBuffer.allocate(Varint.MAX_LONG_BYTES);
        ByteUtils.writeVarlong(value, kafkas);
        byte[] expected = Arrays.copyOf(kafkas.array(), kafkas.position());

        assertThat(written(Varint.zigzag(value))).isEqualTo(expected);
        assertThat(Varint.sizeOf(Varint.zigzag(value))).isEqualTo(expected.length);
        assertThat(Varint.length(expected, 0, expected.length, Varint.MAX_LONG_BYTES))
                .isEqualTo(expected.length);
        assertThat(Varint.unzigzag(Varint.get(expected, 0, expected.length))).isEqualTo(value);
    }

    @Property
    void signedNumbersOf32BitsAreWrittenAsKafkaWritesThem(@ForAll int value) {
        ByteBuffer kafkas = ByteBuffer.allocate(Varint.MAX_INT_BYTES);
        ByteUtils.writeVarint(value, kafkas);
        byte[] expected = Arrays.copyOf(kafkas.array(), kafkas.position());

        assertThat(written(Varint.zigzag(value))).isEqualTo(expected);
        assertThat(Varint.sizeOf(Varint.zigzag(value))).isEqualTo(expected.length);
        assertThat(Varint.unzigzag((int) Varint.get(expected, 0, expected.length)))
                .isEqualTo(value);
    }

    @Property
    void bothWaysOfWritingWriteTheSame(@ForAll long bits) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Varint.write(bits, out::write);
        assertThat(out.toByteArray()).isEqualTo(written(bits));
    }

    @Test
    void theLengthSaysWhereANumberBreaksOffAndWhereItDoesNotEnd() {
        byte[] endless = {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1};
        assertThat(Varint.length(endless, 0, 0, Varint.MAX_INT_BYTES)).isEqualTo(Varint.BROKEN_OFF);
        assertThat(Varint.length(endless, 2, 6, Varint.MAX_INT_BYTES)).isEqualTo(Varint.BROKEN_OFF);
        assertThat(Varint.length(endless, 2, 7, Varint.MAX_INT_BYTES)).isEqualTo(Varint.OVERLONG);
        assertThat(Varint.length(endless, 0, 11, Varint.MAX_LONG_BYTES)).isEqualTo(Varint.OVERLONG);
        endless[4] = 0;
        assertThat(Varint.length(endless, 0, 11, Varint.MAX_INT_BYTES)).isEqualTo(5);
        assertThat(Varint.length(endless, 0, 4, Varint.MAX_INT_BYTES)).isEqualTo(Varint.BROKEN_OFF);
    }

    @Test
    void aNumberWithMoreBytesThanItNeedsIsReadAsWhatItSays() {
        byte[] three = {(byte) 0x83, (byte) 0x80, 0};
        assertThat(Varint.length(three, 0, 3, Varint.MAX_INT_BYTES)).isEqualTo(3);
        assertThat(Varint.get(three, 0, 3)).isEqualTo(3);
    }

    private static byte[] written(long bits) {
        byte[] array = new byte[Varint.MAX_LONG_BYTES + 1];
        int end = Varint.put(array, 1, bits);
        return Arrays.copyOfRange(array, 1, end);
    }
}
