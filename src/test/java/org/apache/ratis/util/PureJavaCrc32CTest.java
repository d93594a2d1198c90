package org.apache.ratis.util;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The checksum in the files of Ratis stays what it is: RFC 3720 gives it for these bytes. */
class PureJavaCrc32CTest {
    private static final byte[] DIGITS = "123456789".getBytes(StandardCharsets.US_ASCII);
    private static final long OF_DIGITS = 0xE3069283L;

    @Test
    void itIsTheOneOfTheStandardWhateverTheBytesAreIn() {
        PureJavaCrc32C crc = new PureJavaCrc32C();
        crc.update(DIGITS, 0, DIGITS.length);
        assertThat(crc.getValue()).isEqualTo(OF_DIGITS);

        crc.reset();
        for (byte each : DIGITS) crc.update(each);
        assertThat(crc.getValue()).isEqualTo(OF_DIGITS);

        ByteBuffer direct = ByteBuffer.allocateDirect(20).put((byte) 'x').put(DIGITS);
        crc.reset();
        crc.update(direct.duplicate().flip().position(1));
        assertThat(crc.getValue()).isEqualTo(OF_DIGITS);

        crc.reset();
        crc.update(new byte[32], 0, 32);
        assertThat(crc.getValue()).as("RFC 3720, B.4: 32 bytes of zeros").isEqualTo(0x8A9136AAL);
    }

    @Test
    void ratisFindsThisOneBeforeItsOwn() throws Exception {
        // The pom leaves Ratis' own class out of the JAR.
        assertThat(PureJavaCrc32C.class.getProtectionDomain().getCodeSource())
                .isNotEqualTo(TimeDuration.class.getProtectionDomain().getCodeSource());
    }
}
