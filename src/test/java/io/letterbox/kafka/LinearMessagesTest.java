package io.letterbox.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.utils.ImplicitLinkedHashCollection;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Checks that every list of every message is handled in a time in proportion to its elements, whatever their keys:
 * requests are read, and responses are filled and written. Quadratic code takes a hundred times as long for ten times
 * the elements; caches that are too small for the long list, or are shared with a busy neighbour, account for a factor
 * of two at most. A list fails only if it is slow repeatedly.
 */
class LinearMessagesTest {
    private static final int FEW = 1_000;
    private static final int MANY = 10 * FEW;
    private static final double MOST = 30;
    private static final int ROUNDS = 4;
    private static final int ATTEMPTS = 6;

    /** A slower list is not measured again, because that may take minutes. */
    private static final double HOPELESS = 90;

    /** Below this, the measurement is dominated by the clock and the compiler. */
    private static final long FLOOR_NANOS = 200_000;

    /** A round of this length is not repeated. */
    private static final long LONG_NANOS = 500_000_000;

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    @Test
    void theClassesThatStandInAreTheOnesInUse() {
        assertThat(ImplicitLinkedHashCollection.class.getProtectionDomain().getCodeSource())
                .isEqualTo(FrameReader.class.getProtectionDomain().getCodeSource());
    }

    @TestFactory
    Stream<DynamicTest> requests() {
        return Arrays.stream(ApiMessageType.values())
                .map(type -> DynamicTest.dynamicTest(
                        type.name(),
                        () -> check(newest(type.requestSchemas()), type.requestSchemas(), type::newRequest)));
    }

    @TestFactory
    Stream<DynamicTest> responses() {
        return Arrays.stream(ApiMessageType.values())
                .map(type -> DynamicTest.dynamicTest(
                        type.name(),
                        () -> check(newest(type.responseSchemas()), type.responseSchemas(), type::newResponse)));
    }

    private interface Source {
        ApiMessage get();
    }

    private static int newest(Schema[] versions) {
        return versions.length - 1;
    }

    private static void check(int newest, Schema[] versions, Source messages) {
        List<String> slow = new ArrayList<>();
        for (int version = newest; version >= 0; version--) {
            if (versions[version] == null) continue;
            // Lists are added and removed with versions; the first and the last version have nearly all of them.
            if (version != newest && version > 0 && versions[version - 1] != null) continue;
            for (LongLists.Place place : LongLists.places(versions[version])) {
                for (boolean equal : new boolean[] {true, false}) {
                    String harm = harm(place, equal, (short) version, messages);
                    if (harm != null) slow.add(harm);
                }
            }
        }
        assertThat(slow).isEmpty();
    }

    private static String harm(LongLists.Place place, boolean equal, short version, Source messages) {
        byte[] few = place.message(FEW, equal);
        byte[] many = place.message(MANY, equal);
        double ratio = Double.MAX_VALUE;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            long small = Math.max(FLOOR_NANOS, nanos(few, version, messages));
            ratio = Math.min(ratio, (double) nanos(many, version, messages) / small);
            if (ratio <= MOST) return null;
            if (ratio > HOPELESS) break;
        }
        return place + (equal ? " with equal" : " with different") + " keys in version " + version + ": " + ratio;
    }

    /** The time for reading, copying, comparing and writing a message: the least of some rounds. */
    private static long nanos(byte[] bytes, short version, Source messages) {
        long least = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            long start = THREADS.getCurrentThreadCpuTime();
            ApiMessage message = messages.get();
            message.read(new FrameReader(bytes), version);
            assertThat(message.duplicate().equals(message)).isTrue();
            int written =
                    MessageUtil.toByteBufferAccessor(message, version).buffer().remaining();
            least = Math.min(least, THREADS.getCurrentThreadCpuTime() - start);
            assertThat(written).isEqualTo(bytes.length);
            if (least > LONG_NANOS) break;
        }
        return least;
    }
}
