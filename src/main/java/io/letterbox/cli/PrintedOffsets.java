package io.letterbox.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.letterbox.record.TopicPartition;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Commits the records that a group member has printed, so that the group goes on behind them. Records that were printed
 * and not committed are delivered again, to this member or another. Used by one thread.
 */
final class PrintedOffsets {
    private static final long MOST_OFTEN_NS = 1_000_000_000;

    private final ServerClient server;
    private final String path;
    private final Map<TopicPartition, Long> due = new TreeMap<>();
    private String memberId;
    private long committedNs = System.nanoTime();

    PrintedOffsets(ServerClient server, String group) {
        this.server = server;
        this.path = "/groups/" + ServerClient.segment(group) + "/offsets";
    }

    /**
     * Takes over the member id and the assignment from the server; offsets of other partitions are no longer this
     * member's to commit.
     */
    void assigned(JsonNode told) {
        String id = told.path("memberId").asText();
        if (!id.equals(memberId)) due.clear();
        memberId = id;
        Set<TopicPartition> ours = new HashSet<>();
        for (JsonNode each : told.path("partitions")) {
            ours.add(new TopicPartition(
                    each.path("topic").asText(), each.path("partition").asInt()));
        }
        due.keySet().retainAll(ours);
    }

    /**
     * Notes that a record was printed.
     *
     * @param id the event's id, {@code topic/partition/offset}
     */
    void printed(String id) {
        String[] place = id.split("/");
        if (place.length != 3) return;
        due.put(new TopicPartition(place[0], Integer.parseInt(place[1])), Long.parseLong(place[2]) + 1);
    }

    /** Whether it is time to commit although more records are to be printed. */
    boolean isCommitDue() {
        return System.nanoTime() - committedNs > MOST_OFTEN_NS;
    }

    /**
     * Commits what was printed.
     *
     * @return false if the server refused or did not answer
     */
    boolean commit() {
        committedNs = System.nanoTime();
        if (due.isEmpty() || memberId == null) return due.isEmpty();
        ObjectNode body = ServerClient.JSON.createObjectNode().put("memberId", memberId);
        ArrayNode offsets = body.putArray("offsets");
        due.forEach((partition, offset) -> offsets.addObject()
                .put("topic", partition.topic())
                .put("partition", partition.partition())
                .put("offset", offset));
        try {
            server.put(path, body);
            due.clear();
            return true;
        } catch (Failure e) {
            // A member that was removed from the group learns that by the end of its stream, and starts at the
            // committed offsets.
            if (e.exitCode() == ExitCode.REFUSED) due.clear();
            return false;
        }
    }
}
