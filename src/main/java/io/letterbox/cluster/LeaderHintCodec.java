package io.letterbox.cluster;

import io.letterbox.metadata.ShardLeader;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Leader hints as bytes, in network byte order.
 *
 * <pre>
 * 0  u8   version, 1
 * 1  u16  number of hints, each:
 *         i32 shard   i32 node   i64 term   u8 number of nodes in sync, each: i32 node
 * </pre>
 */
final class LeaderHintCodec {
    /** More are left out: they come with the next ones, or by request. */
    static final int MAX_HINTS = 10_000;

    private static final int VERSION = 1;
    private static final int MAX_ISR = 255;

    private LeaderHintCodec() {}

    static Buffer encode(List<LeaderHint> hints) {
        List<LeaderHint> sent = hints.subList(0, Math.min(hints.size(), MAX_HINTS));
        Buffer out = Buffer.buffer(3 + 32 * sent.size());
        out.appendByte((byte) VERSION).appendUnsignedShort(sent.size());
        for (LeaderHint hint : sent) {
            ShardLeader leader = hint.leader();
            out.appendInt(hint.shard()).appendInt(leader.node()).appendLong(leader.term());
            List<Integer> isr = leader.isr().subList(0, Math.min(leader.isr().size(), MAX_ISR));
            out.appendUnsignedByte((short) isr.size());
            isr.forEach(out::appendInt);
        }
        return out;
    }

    /**
     * Decodes hints.
     *
     * @throws IllegalArgumentException if these bytes are none, with a sentence that says why
     */
    static List<LeaderHint> decode(Buffer bytes) {
        try {
            if (bytes.getUnsignedByte(0) != VERSION) {
                throw new IllegalArgumentException("Leader hints have version " + bytes.getUnsignedByte(0)
                        + ", and this node knows version " + VERSION + ".");
            }
            int at = 3;
            List<LeaderHint> hints = new ArrayList<>();
            for (int left = bytes.getUnsignedShort(1); left > 0; left--) {
                int size = bytes.getUnsignedByte(at + 16);
                List<Integer> isr = new ArrayList<>(size);
                for (int index = 0; index < size; index++) isr.add(bytes.getInt(at + 17 + 4 * index));
                hints.add(new LeaderHint(
                        bytes.getInt(at), new ShardLeader(bytes.getInt(at + 4), bytes.getLong(at + 8), isr)));
                at += 17 + 4 * size;
            }
            return hints;
        } catch (IndexOutOfBoundsException e) {
            throw new IllegalArgumentException("Leader hints of " + bytes.length() + " bytes end too early.", e);
        }
    }
}
