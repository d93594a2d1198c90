package io.letterbox.cluster.raft;

import io.letterbox.error.ErrorCode;
import io.letterbox.metadata.Reply;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * What came of a proposal at a node that may be the controller.
 *
 * <pre>
 *   +------+------------------------------------------------------+
 *   | kind | int8, after the format int8 (1)                      |
 *   +------+------------------------------------------------------+
 *   |  0   | Replied, applied: version int64                      |
 *   |  1   | Replied, refused: version int64, code text,          |
 *   |      |   detail text                                        |
 *   |  2   | NotController: controller int32                      |
 *   |  3   | Unknown                                              |
 *   +------+------------------------------------------------------+
 * </pre>
 */
sealed interface ProposalOutcome {
    /** The format version of the bytes. */
    int FORMAT = 1;

    /** The cluster has decided. */
    record Replied(Reply reply) implements ProposalOutcome {}

    /** The node is not the controller, and nothing was done; another one may be, -1 if nobody is known. */
    record NotController(int controller) implements ProposalOutcome {}

    /** The command may have been carried out, or may be yet. */
    record Unknown() implements ProposalOutcome {}

    /** The bytes of this outcome. */
    default byte[] encode() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(FORMAT);
            if (this instanceof Replied replied && replied.reply() instanceof Reply.Refused refused) {
                out.writeByte(1);
                out.writeLong(refused.version());
                out.writeUTF(refused.code().name());
                out.writeUTF(refused.detail());
            } else if (this instanceof Replied replied) {
                out.writeByte(0);
                out.writeLong(replied.reply().version());
            } else if (this instanceof NotController other) {
                out.writeByte(2);
                out.writeInt(other.controller());
            } else {
                out.writeByte(3);
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    /**
     * The outcome in bytes; one that this version does not know is unknown.
     *
     * @throws IOException where the bytes are none
     */
    static ProposalOutcome decode(byte[] bytes) throws IOException {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            if (in.readByte() != FORMAT) return new Unknown();
            switch (in.readByte()) {
                case 0:
                    return new Replied(new Reply.Applied(in.readLong()));
                case 1:
                    return new Replied(new Reply.Refused(in.readLong(), code(in.readUTF()), in.readUTF()));
                case 2:
                    return new NotController(in.readInt());
                default:
                    return new Unknown();
            }
        }
    }

    private static ErrorCode code(String name) {
        try {
            return ErrorCode.valueOf(name);
        } catch (IllegalArgumentException ofALaterVersion) {
            return ErrorCode.INTERNAL;
        }
    }
}
