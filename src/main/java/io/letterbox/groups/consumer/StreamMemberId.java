package io.letterbox.groups.consumer;

import io.letterbox.metadata.NodeImage;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The member id of a stream: it says which node serves the stream, and since which of its starts. A stream ends with
 * the process that serves it, so its node's next start is the end of the member, and nothing else is: the coordinator
 * may have moved or started anew meanwhile.
 *
 * <pre>
 *   sse-1-4711-0b54cdf3-…    node, epoch of the node ({@link NodeImage#epoch}), what makes it unique
 *   sse-0b54cdf3-…           as servers wrote it that had one node and no epochs
 * </pre>
 *
 * @param node the node's id; -1 if the id does not say
 * @param epoch of the node when the stream joined, 0 or more
 * @param unique makes it another one than all others
 */
public record StreamMemberId(int node, long epoch, UUID unique) {
    private static final String PREFIX = "sse-";
    private static final int UNKNOWN_NODE = -1;
    private static final Pattern FORM = Pattern.compile(
            PREFIX + "(?:([0-9]{1,9})-([0-9]{1,18})-)?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})");

    /** Parses a member id; null if it is not one of a stream. */
    static StreamMemberId of(String memberId) {
        if (!memberId.startsWith(PREFIX)) return null;
        Matcher form = FORM.matcher(memberId);
        if (!form.matches()) return null;
        UUID unique = UUID.fromString(form.group(3));
        if (form.group(1) == null) return new StreamMemberId(UNKNOWN_NODE, 0, unique);
        return new StreamMemberId(Integer.parseInt(form.group(1)), Long.parseLong(form.group(2)), unique);
    }

    /** Whether a member id is one of a stream. */
    public static boolean isOne(String memberId) {
        return of(memberId) != null;
    }

    /** The member id itself. */
    public String text() {
        return node == UNKNOWN_NODE ? PREFIX + unique : PREFIX + node + "-" + epoch + "-" + unique;
    }

    /**
     * Whether the process that served the stream has ended, as far as the nodes tell: theirs has started again since,
     * or the stream is one of a server that had no epochs.
     */
    boolean hasEnded(Map<Integer, NodeImage> nodes) {
        if (node == UNKNOWN_NODE) return true;
        NodeImage present = nodes.get(node);
        return present != null && present.epoch() > epoch;
    }
}
