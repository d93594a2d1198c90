package io.letterbox.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.http.Query;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/**
 * Where a group's offsets are to go:
 *
 * <pre>
 * {"offsets":[{"topic":"orders", "partition":0, "offset":42, "metadata":"by hand"},
 *             {"topic":"orders", "to":"earliest"},            all partitions of a topic
 *             {"to":"2026-01-31T12:00:00Z"},                  all that the group has an offset of
 *             {"topic":"clicks", "partition":1, "shift":-10}],
 *  "memberId":"…"}                                            only where a member commits for itself
 * </pre>
 *
 * @param memberId whose partitions they are, or null
 * @param entries what is wanted, in order; of two that mean the same partition, the later one counts
 */
record OffsetSpec(String memberId, List<OffsetChange> entries) {
    private static final Set<String> MEMBERS = Set.of("offsets", "memberId");
    private static final Set<String> ENTRY_MEMBERS = Set.of("topic", "partition", "offset", "to", "shift", "metadata");
    private static final int MAX_METADATA_CHARS = 4096;

    /**
     * One entry of the request.
     *
     * @param topic null for every topic that the group has an offset of
     * @param partition null for every partition of the topic
     * @param goal the position to set
     * @param metadata the text committed with the offset; never null
     */
    record OffsetChange(String topic, Integer partition, Goal goal, String metadata) {}

    /** The position to set. */
    sealed interface Goal {
        /** A given offset. */
        record To(long offset) implements Goal {}

        /** The first record that exists. */
        record Earliest() implements Goal {}

        /** The end of the log. */
        record Latest() implements Goal {}

        /** The first record with this timestamp or a later one. */
        record Time(long timestampMs) implements Goal {}

        /** A distance from the committed offset, within the log. */
        record Shift(long by) implements Goal {}
    }

    /**
     * Parses a request's body.
     *
     * @throws ApiException INVALID_REQUEST
     */
    static OffsetSpec of(ObjectNode body) {
        onlyKnown(body, MEMBERS);
        JsonNode offsets = body.path("offsets");
        if (!offsets.isArray() || offsets.isEmpty()) {
            throw refused("The member offsets has to be an array of at least one object.");
        }
        List<OffsetChange> entries = new ArrayList<>();
        for (JsonNode entry : offsets) entries.add(entry(entry));
        return new OffsetSpec(text(body, "memberId"), entries);
    }

    private static OffsetChange entry(JsonNode node) {
        if (!(node instanceof ObjectNode object)) throw refused("Each of the offsets has to be a JSON object.");
        onlyKnown(object, ENTRY_MEMBERS);
        String topic = text(object, "topic");
        Long partition = number(object, "partition");
        if (partition != null && (partition < 0 || partition > Integer.MAX_VALUE)) {
            throw refused("The member partition has to be 0 or more.");
        }
        if (partition != null && topic == null) throw refused("A partition needs a topic.");
        Goal goal = goal(object);
        if (goal instanceof Goal.To && partition == null) throw refused("An offset needs a topic and a partition.");
        String metadata = text(object, "metadata");
        if (metadata != null && metadata.length() > MAX_METADATA_CHARS) {
            throw refused("The member metadata can have " + MAX_METADATA_CHARS + " characters.");
        }
        return new OffsetChange(
                topic, partition == null ? null : partition.intValue(), goal, metadata == null ? "" : metadata);
    }

    private static Goal goal(ObjectNode entry) {
        Long offset = number(entry, "offset");
        Long shift = number(entry, "shift");
        String to = text(entry, "to");
        int given = (offset == null ? 0 : 1) + (shift == null ? 0 : 1) + (to == null ? 0 : 1);
        if (given != 1) throw refused("Each of the offsets has to have one of offset, to and shift.");
        if (shift != null) return new Goal.Shift(shift);
        if (offset != null) {
            if (offset < 0) throw refused("The member offset has to be 0 or more.");
            return new Goal.To(offset);
        }
        if (to.equals("earliest")) return new Goal.Earliest();
        if (to.equals("latest")) return new Goal.Latest();
        return new Goal.Time(Query.parseTimeMs("The member to, where it is neither earliest nor latest,", to));
    }

    private static void onlyKnown(ObjectNode object, Set<String> known) {
        for (Iterator<String> names = object.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (known.contains(name)) continue;
            throw refused("There is no member '" + (name.length() > 80 ? name.substring(0, 80) + "…" : name)
                    + "' here; known are "
                    + String.join(", ", known.stream().sorted().toList()) + ".");
        }
    }

    private static String text(ObjectNode object, String name) {
        JsonNode node = object.path(name);
        if (node.isMissingNode() || node.isNull()) return null;
        if (node.isTextual()) return node.textValue();
        throw refused("The member " + name + " has to be a text.");
    }

    private static Long number(ObjectNode object, String name) {
        JsonNode node = object.path(name);
        if (node.isMissingNode() || node.isNull()) return null;
        if (node.isIntegralNumber() && node.canConvertToLong()) return node.longValue();
        throw refused("The member " + name + " has to be a whole number.");
    }

    private static ApiException refused(String detail) {
        return new ApiException(ErrorCode.INVALID_REQUEST, detail);
    }
}
