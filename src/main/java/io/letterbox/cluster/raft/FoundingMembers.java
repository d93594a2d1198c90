package io.letterbox.cluster.raft;

import io.letterbox.disk.Disk;
import io.letterbox.metadata.Endpoint;
import io.letterbox.metadata.ReplicaId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * The members with which the metadata group begins, and whether this node has entered it: Raft needs the former until
 * its own log has them, and one that has entered must not begin with nothing again. The file, one line each:
 *
 * <pre>
 * members 1                                              the format's version
 * 1 0b0fdb5c-… 7401 node1.example.org                    node, directory id, raft port, raft host
 * 2 9d2c7a44-… 7401 node2.example.org
 * begins                                                 or "begun"
 * </pre>
 *
 * @param begun whether this node has entered the group
 */
public record FoundingMembers(List<RaftMember> members, boolean begun) {
    private static final String HEAD = "members 1";
    private static final String BEGINS = "begins";
    private static final String BEGUN = "begun";

    public FoundingMembers {
        members = List.copyOf(members);
    }

    /** This node has entered the group. */
    public FoundingMembers entered() {
        return new FoundingMembers(members, true);
    }

    /**
     * Reads the file; null if there is none.
     *
     * @throws IOException if it cannot be read
     */
    public static FoundingMembers read(Disk disk, Path file) throws IOException {
        try {
            return parse(new String(disk.readAll(file), StandardCharsets.UTF_8).split("\n"));
        } catch (NoSuchFileException none) {
            return null;
        } catch (IllegalArgumentException | IndexOutOfBoundsException damaged) {
            throw new IOException(
                    "The file " + file + " cannot be read. It says with which members Raft began, and has to be as it"
                            + " was written, by this version or an earlier one.",
                    damaged);
        }
    }

    private static FoundingMembers parse(String[] lines) {
        String last = lines[lines.length - 1];
        if (!lines[0].equals(HEAD) || !last.equals(BEGINS) && !last.equals(BEGUN)) throw new IllegalArgumentException();
        List<RaftMember> members = new ArrayList<>();
        for (int index = 1; index < lines.length - 1; index++) {
            String[] parts = lines[index].split(" ", 4);
            ReplicaId replica = new ReplicaId(Integer.parseInt(parts[0]), UUID.fromString(parts[1]));
            members.add(new RaftMember(replica, new Endpoint(parts[3], Integer.parseInt(parts[2])), true));
        }
        return new FoundingMembers(members, last.equals(BEGUN));
    }

    /** Replaces the file, durably. */
    public void write(Disk disk, Path file) throws IOException {
        StringBuilder text = new StringBuilder(HEAD).append('\n');
        for (RaftMember member : members) {
            text.append(member.replica().node()).append(' ');
            text.append(member.replica().directory()).append(' ');
            text.append(member.address().port()).append(' ');
            text.append(member.address().host()).append('\n');
        }
        text.append(begun ? BEGUN : BEGINS).append('\n');
        disk.replace(file, text.toString().getBytes(StandardCharsets.UTF_8));
    }
}
