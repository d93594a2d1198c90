package io.letterbox.rest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.letterbox.groups.GroupView;
import io.letterbox.http.Json;
import io.letterbox.record.TopicPartition;
import io.letterbox.rest.GroupLags.PartitionLag;
import java.time.Instant;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** The JSON of a group: its entry in the list, and the whole document. */
final class GroupDocument {
    private GroupDocument() {}

    /** The entry in the list: type, state, counts, and the number of records that the group is behind. */
    static ObjectNode summary(GroupView group, List<PartitionLag> lags) {
        ObjectNode document = Json.MAPPER.createObjectNode();
        document.put("group", group.id());
        document.put("type", group.type().text());
        document.put("state", group.state());
        document.put("protocolType", group.protocolType());
        document.put("protocol", group.protocol());
        document.put("generation", group.generation());
        SortedSet<String> topics = new TreeSet<>();
        for (PartitionLag lag : lags) topics.add(lag.partition().topic());
        ArrayNode names = document.putArray("topics");
        topics.forEach(names::add);
        document.put("lag", total(lags));
        return document;
    }

    private static long total(List<PartitionLag> lags) {
        long total = 0;
        for (PartitionLag lag : lags) total += lag.records() == null ? 0 : lag.records();
        return total;
    }

    /**
     * The whole document: the members of the entry, and the group's members and partitions one by one.
     *
     * @param seconds the age of each partition's next record, null if unknown; in the order of the lags
     */
    static ObjectNode whole(GroupView group, List<PartitionLag> lags, List<Double> seconds) {
        ObjectNode document = summary(group, lags);
        Double oldest = null;
        for (Double age : seconds) if (age != null && (oldest == null || age > oldest)) oldest = age;
        document.put("lagSeconds", oldest);
        ArrayNode members = document.putArray("members");
        for (GroupView.Member member : group.members()) members.add(member(member));
        ArrayNode offsets = document.putArray("offsets");
        for (int index = 0; index < lags.size(); index++) offsets.add(offset(lags.get(index), seconds.get(index)));
        return document;
    }

    private static ObjectNode member(GroupView.Member member) {
        ObjectNode document = Json.MAPPER.createObjectNode();
        document.put("memberId", member.id());
        document.put("instanceId", member.instanceId());
        document.put("clientId", member.clientId());
        // Kafka writes an address as Java's toString does: with a slash where the host name would be.
        document.put("host", member.host().startsWith("/") ? member.host().substring(1) : member.host());
        document.put("epoch", member.epoch());
        ArrayNode assignment = document.putArray("assignment");
        for (TopicPartition partition : member.assignment()) {
            assignment.addObject().put("topic", partition.topic()).put("partition", partition.partition());
        }
        return document;
    }

    private static ObjectNode offset(PartitionLag lag, Double seconds) {
        ObjectNode document = Json.MAPPER.createObjectNode();
        document.put("topic", lag.partition().topic());
        document.put("partition", lag.partition().partition());
        boolean committed = lag.committed() != null;
        document.put("offset", committed ? lag.committed().offset() : null);
        document.put("metadata", committed ? lag.committed().metadata() : null);
        document.put(
                "committedAt",
                committed ? Instant.ofEpochMilli(lag.committed().commitMs()).toString() : null);
        document.put(
                "logStartOffset", lag.status() == null ? null : lag.status().logStartOffset());
        document.put("highWatermark", lag.status() == null ? null : lag.status().highWatermark());
        document.put("lag", lag.records());
        document.put("lagSeconds", seconds);
        document.put("memberId", lag.memberId());
        return document;
    }
}
