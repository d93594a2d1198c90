package io.letterbox.cluster.birth;

import io.letterbox.cluster.BirthPhase;
import io.letterbox.cluster.Founder;
import io.letterbox.disk.Disk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * The file of a data directory that says which cluster it belongs to.
 *
 * <pre>
 * cluster 1                                          the format's version
 * BORN 6fb5a1f0-…                                    the phase, the cluster's id
 * 2                                                  the node's number
 * 1 0b0fdb5c-…                                       each founder's number and directory id
 * 2 9d2c7a44-…
 * end
 * </pre>
 */
public final class MembershipFile {
    private static final String HEAD = "cluster 1";
    private static final String END = "end";

    private MembershipFile() {}

    /**
     * Reads the file; null if there is none.
     *
     * @param node this node's number
     * @throws IOException if it has another format or is another node's; the message says what to do
     */
    public static Membership read(Disk disk, Path file, int node) throws IOException {
        Membership membership = read(disk, file);
        if (membership == null || membership.node() == node) return membership;
        throw new IOException("The data directory belongs to node " + membership.node() + " of the cluster "
                + membership.clusterId() + ", and node.id is " + node + ". Set node.id to " + membership.node()
                + ", or give node.dataDir the directory of node " + node + ".");
    }

    private static Membership read(Disk disk, Path file) throws IOException {
        String text;
        try {
            text = new String(disk.readAll(file), StandardCharsets.UTF_8);
        } catch (NoSuchFileException none) {
            return null;
        }
        try {
            return parse(text.split("\n"));
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new IOException(
                    "The file " + file + " cannot be read. It says which cluster this data directory belongs to, and"
                            + " has to be as it was written, by this version or an earlier one.",
                    e);
        }
    }

    private static Membership parse(String[] lines) {
        if (!lines[0].equals(HEAD) || !lines[lines.length - 1].equals(END)) throw new IllegalArgumentException();
        String[] cluster = lines[1].split(" ");
        List<Founder> founders = new ArrayList<>();
        for (int index = 3; index < lines.length - 1; index++) {
            String[] founder = lines[index].split(" ");
            founders.add(new Founder(Integer.parseInt(founder[0]), UUID.fromString(founder[1])));
        }
        return new Membership(
                BirthPhase.valueOf(cluster[0]), UUID.fromString(cluster[1]), Integer.parseInt(lines[2]), founders);
    }

    /** Replaces the file, durably and atomically. */
    public static void write(Disk disk, Path file, Membership membership) throws IOException {
        StringBuilder text = new StringBuilder(HEAD).append('\n');
        text.append(membership.phase())
                .append(' ')
                .append(membership.clusterId())
                .append('\n');
        text.append(membership.node()).append('\n');
        for (Founder founder : membership.founders()) {
            text.append(founder.node())
                    .append(' ')
                    .append(founder.directoryId())
                    .append('\n');
        }
        text.append(END).append('\n');
        disk.replace(file, text.toString().getBytes(StandardCharsets.UTF_8));
    }
}
