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
 * Tells the server what a member of a group has printed, so that the group goes on behind it. What was printed and not told
 * comes again, to this member or another. Used by one thread.
 */
final class Acknowledgements {
    private static final long MOST_OFTEN_NS = 1_000_000_000;

    private final ServerClient server;
    private final String path;
    private final Map<TopicPartition, Long> due = new TreeMap<>();
    private String memberId;
    private long toldNs = System.nanoTime();

    Acknowledgements(ServerClient server, String group) {
        this.server = server;
        this.path = "/groups/" + ServerClient.segment(group) + "/offsets";
    }

    /** The server says who this member is and what it reads; what it does not read any more is others' to tell. */
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
     * A record was printed.
     *
     * @param id the event's, {@code topic/partition/offset}
     */
    void printed(String id) {
        String[] place = id.split("/");
        if (place.length != 3) return;
        due.put(new TopicPartition(place[0], Integer.parseInt(place[1])), Long.parseLong(place[2]) + 1);
    }

    /** Whether so much time has passed that the server should be told although more is to be printed. */
    boolean late() {
        return System.nanoTime() - toldNs > MOST_OFTEN_NS;
    }

    /**
     * Tells what is due.
     *
     * @return false where the server did not take it
     */
    boolean tell() {
        toldNs = System.nanoTime();
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
            // A member that the group has let go is told so by the end of its stream, and begins anew where the group
            // stands.
            if (e.exitCode() == ExitCode.REFUSED) due.clear();
            return false;
        }
    }
}
