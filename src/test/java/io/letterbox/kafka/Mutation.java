package io.letterbox.kafka;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

/** The mutations of a frame, as by a broken or malicious program. */
enum Mutation {
    A_BYTE {
        @Override
        byte[] of(byte[] frame, Random random) {
            frame[random.nextInt(frame.length)] = (byte) random.nextInt();
            return frame;
        }
    },
    SOME_BYTES {
        @Override
        byte[] of(byte[] frame, Random random) {
            for (int i = random.nextInt(8); i >= 0; i--) A_BYTE.of(frame, random);
            return frame;
        }
    },
    /** A count or a length of four bytes, or other bytes at its position. */
    A_LARGE_NUMBER {
        @Override
        byte[] of(byte[] frame, Random random) {
            int[] numbers = {Integer.MAX_VALUE, Integer.MIN_VALUE, -1, -2, 0x00ff_ffff, frame.length, 1 << 20};
            ByteBuffer.wrap(frame).putInt(random.nextInt(frame.length - 3), numbers[random.nextInt(numbers.length)]);
            return frame;
        }
    },
    /** A count or a length of compact lists and strings. */
    A_LARGE_VARINT {
        @Override
        byte[] of(byte[] frame, Random random) {
            int at = random.nextInt(frame.length);
            int length = Math.min(1 + random.nextInt(6), frame.length - at);
            Arrays.fill(frame, at, at + length, (byte) 0xff);
            if (random.nextBoolean()) frame[at + length - 1] = (byte) random.nextInt(16);
            return frame;
        }
    },
    CUT_OFF {
        @Override
        byte[] of(byte[] frame, Random random) {
            return Arrays.copyOf(frame, Math.max(MIN_BYTES, random.nextInt(frame.length)));
        }
    },
    /** More bytes at the end, or a large count followed by bytes that may be its elements. */
    LENGTHENED {
        @Override
        byte[] of(byte[] frame, Random random) {
            byte[] longer =
                    Arrays.copyOf(frame, frame.length + 1 + random.nextInt(random.nextInt(100) == 0 ? 100_000 : 100));
            if (random.nextBoolean()) Arrays.fill(longer, frame.length, longer.length, (byte) random.nextInt());
            return random.nextBoolean() ? longer : A_LARGE_NUMBER.of(longer, random);
        }
    },
    REPEATED {
        @Override
        byte[] of(byte[] frame, Random random) {
            int from = random.nextInt(frame.length);
            int length = random.nextInt(frame.length - from);
            byte[] longer = Arrays.copyOf(frame, frame.length + length);
            System.arraycopy(frame, from, longer, from + length, frame.length - from);
            return longer;
        }
    },
    ANOTHER_VERSION {
        @Override
        byte[] of(byte[] frame, Random random) {
            ByteBuffer.wrap(frame)
                    .putShort(2, (short) (random.nextInt(4) == 0 ? random.nextInt() : random.nextInt(20)));
            return frame;
        }
    },
    ANOTHER_API {
        @Override
        byte[] of(byte[] frame, Random random) {
            ByteBuffer.wrap(frame)
                    .putShort(0, (short) (random.nextInt(4) == 0 ? random.nextInt() : random.nextInt(100)));
            return frame;
        }
    };

    /** A shorter frame is refused before it is decoded. */
    static final int MIN_BYTES = RequestDecoder.FIXED_HEADER_BYTES;

    /** @param frame may be modified */
    abstract byte[] of(byte[] frame, Random random);
}
