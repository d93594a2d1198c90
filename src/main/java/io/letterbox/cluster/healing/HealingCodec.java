package io.letterbox.cluster.healing;

import io.letterbox.metadata.ReplicaId;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * What the controller and the nodes tell each other about replicas, in network byte order. Each is the body of a
 * request between nodes or of its answer.
 *
 * <pre>
 * report                                         change of members
 * 0  u8   version, 1                             0  u8   version, 1
 * 1  u16  number of groups that are led:         1  i32  group
 *         i32 group   i64 term                   5  …    members that are expected
 *         members     u8 changing (0, 1)            …    members that are wanted
 *         replicas in touch
 *    u16  number of own replicas:                members    0  u8 version, 1   1  … members
 *         i32 group   u8 condition               members:   replicas that vote, replicas that listen
 *                                                replicas:  u8 number, each: i32 node, directory 2 x i64
 *
 * condition     what follows
 * 1 Serving     i64 applied index
 * 2 Out         u8 forgot   u16 length, why in UTF-8
 * 3 Copying     u8 forgot   i64 done bytes   i64 total bytes
 * 4 Waiting     i64 copied index
 * </pre>
 */
public final class HealingCodec {
    private static final int VERSION = 1;
    private static final int SERVING = 1;
    private static final int OUT = 2;
    private static final int COPYING = 3;
    private static final int WAITING = 4;
    private static final int MAX_WHY_BYTES = 1_000;

    private final Buffer bytes;
    private int at = 1;

    private HealingCodec(Buffer bytes) {
        this.bytes = bytes;
    }

    /** The report without whose it is and when it was asked for: who asks knows. */
    public static Buffer encode(NodeReport report) {
        Buffer out = Buffer.buffer()
                .appendByte((byte) VERSION)
                .appendUnsignedShort(report.led().size());
        for (GroupReport led : report.led()) {
            out.appendInt(led.group()).appendLong(led.term());
            append(out, led.members());
            out.appendByte((byte) (led.changing() ? 1 : 0));
            append(out, led.inTouch());
        }
        out.appendUnsignedShort(report.replicas().size());
        report.replicas().forEach((group, condition) -> append(out.appendInt(group), condition));
        return out;
    }

    private static void append(Buffer out, ReplicaCondition condition) {
        if (condition instanceof ReplicaCondition.Serving serving) {
            out.appendByte((byte) SERVING).appendLong(serving.appliedIndex());
        } else if (condition instanceof ReplicaCondition.Waiting waiting) {
            out.appendByte((byte) WAITING).appendLong(waiting.copiedIndex());
        } else if (condition instanceof ReplicaCondition.Copying copying) {
            out.appendByte((byte) COPYING).appendByte((byte) (copying.forgot() ? 1 : 0));
            out.appendLong(copying.doneBytes()).appendLong(copying.totalBytes());
        } else if (condition instanceof ReplicaCondition.Out gone) {
            byte[] why = gone.why().getBytes(StandardCharsets.UTF_8);
            int length = Math.min(why.length, MAX_WHY_BYTES);
            out.appendByte((byte) OUT).appendByte((byte) (gone.forgot() ? 1 : 0));
            out.appendUnsignedShort(length).appendBytes(why, 0, length);
        }
    }

    private static void append(Buffer out, GroupMembers members) {
        append(out, members.voters());
        append(out, members.listeners());
    }

    private static void append(Buffer out, Set<ReplicaId> replicas) {
        out.appendUnsignedByte((short) replicas.size());
        for (ReplicaId replica : replicas) {
            out.appendInt(replica.node());
            out.appendLong(replica.directory().getMostSignificantBits());
            out.appendLong(replica.directory().getLeastSignificantBits());
        }
    }

    /**
     * Decodes a report.
     *
     * @param self who was asked
     * @param atMs when, on the clock of whoever asked
     * @throws IllegalArgumentException if these bytes are none, with a sentence that says why
     */
    public static NodeReport decodeReport(ReplicaId self, long atMs, Buffer bytes) {
        return read(bytes, in -> {
            List<GroupReport> led = new ArrayList<>();
            for (int left = in.u16(); left > 0; left--) {
                led.add(new GroupReport(in.i32(), in.i64(), in.members(), in.u8() != 0, in.replicas()));
            }
            Map<Integer, ReplicaCondition> replicas = new HashMap<>();
            for (int left = in.u16(); left > 0; left--) {
                int group = in.i32();
                replicas.put(group, in.condition());
            }
            return new NodeReport(self, atMs, led, replicas);
        });
    }

    /** What a leader is asked. */
    public record Change(int group, GroupMembers expected, GroupMembers wanted) {}

    public static Buffer encode(Change change) {
        Buffer out = Buffer.buffer().appendByte((byte) VERSION).appendInt(change.group());
        append(out, change.expected());
        append(out, change.wanted());
        return out;
    }

    /**
     * Decodes a change of members.
     *
     * @throws IllegalArgumentException if these bytes are none, with a sentence that says why
     */
    public static Change decodeChange(Buffer bytes) {
        return read(bytes, in -> new Change(in.i32(), in.members(), in.members()));
    }

    /** The members of a group, as an answer. */
    public static Buffer encode(GroupMembers members) {
        Buffer out = Buffer.buffer().appendByte((byte) VERSION);
        append(out, members);
        return out;
    }

    /**
     * Decodes the members of a group.
     *
     * @throws IllegalArgumentException if these bytes are none, with a sentence that says why
     */
    public static GroupMembers decodeMembers(Buffer bytes) {
        return read(bytes, HealingCodec::members);
    }

    private interface Form<T> {
        T read(HealingCodec in);
    }

    private static <T> T read(Buffer bytes, Form<T> form) {
        try {
            if (bytes.getUnsignedByte(0) != VERSION) {
                throw new IllegalArgumentException("The other node speaks of replicas in version "
                        + bytes.getUnsignedByte(0) + ", and this node knows version " + VERSION + ".");
            }
            return form.read(new HealingCodec(bytes));
        } catch (IndexOutOfBoundsException early) {
            throw new IllegalArgumentException("What is said of replicas ends too early.", early);
        }
    }

    private ReplicaCondition condition() {
        int kind = u8();
        switch (kind) {
            case SERVING:
                return new ReplicaCondition.Serving(i64());
            case WAITING:
                return new ReplicaCondition.Waiting(i64());
            case COPYING:
                return new ReplicaCondition.Copying(u8() != 0, i64(), i64());
            case OUT:
                return new ReplicaCondition.Out(u8() != 0, text());
            default:
                throw new IllegalArgumentException("No replica has the condition " + kind + ".");
        }
    }

    private GroupMembers members() {
        return new GroupMembers(replicas(), replicas());
    }

    private Set<ReplicaId> replicas() {
        Set<ReplicaId> replicas = new HashSet<>();
        for (int left = u8(); left > 0; left--) replicas.add(new ReplicaId(i32(), new UUID(i64(), i64())));
        return replicas;
    }

    private String text() {
        int length = u16();
        String text = bytes.getString(at, at + length, StandardCharsets.UTF_8.name());
        at += length;
        return text;
    }

    private int u8() {
        return bytes.getUnsignedByte(at++);
    }

    private int u16() {
        int value = bytes.getUnsignedShort(at);
        at += 2;
        return value;
    }

    private int i32() {
        int value = bytes.getInt(at);
        at += 4;
        return value;
    }

    private long i64() {
        long value = bytes.getLong(at);
        at += 8;
        return value;
    }
}
