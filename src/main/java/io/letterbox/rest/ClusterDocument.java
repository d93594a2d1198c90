package io.letterbox.rest;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.letterbox.bus.ClusterStatus;
import io.letterbox.http.Json;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.NodeImage;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The answer of {@code GET /cluster}. Members from {@code controller} on, and those of a node from {@code rack} on, are
 * there only in a cluster:
 *
 * <pre>
 * {"clusterId":"…","version":17,"topics":2,"partitions":9,
 *  "nodes":[{"id":1,"httpHost":"node1","httpPort":8080,"fenced":false,"kafkaHost":"node1","kafkaPort":9092,
 *            "rack":"a","serverVersion":"1.0","reachable":true,"ready":true,"startedMs":1764500000000,
 *            "diskFreeBytes":1073741824,"diskReserveBytes":1048576,"leaders":2,"replicas":6}],
 *  "controller":1,
 *  "shards":[{"id":0,"leader":1,"term":3,"minInSync":2,"inSync":3,
 *             "replicas":[{"node":1,"state":"leading","lagEntries":0,"lagMs":0}]}],
 *  "problems":["…"]}
 * </pre>
 */
final class ClusterDocument {
    private ClusterDocument() {}

    /** @param status null on a server that stands alone */
    static ObjectNode of(ClusterImage image, ClusterStatus status) {
        ObjectNode answer = Json.MAPPER.createObjectNode();
        answer.put("clusterId", image.clusterId());
        answer.put("version", image.version());
        answer.put("topics", image.topics().size());
        answer.put(
                "partitions",
                image.topics().values().stream()
                        .mapToInt(topic -> topic.partitions().size())
                        .sum());
        Map<Integer, ClusterStatus.Node> asked = new HashMap<>();
        if (status != null) status.nodes().forEach(node -> asked.put(node.id(), node));
        ArrayNode nodes = answer.putArray("nodes");
        for (NodeImage node : image.nodes().values()) {
            ObjectNode entry = nodes.addObject();
            addresses(node, entry);
            if (asked.containsKey(node.id())) state(node, asked.get(node.id()), entry);
        }
        if (status == null) return answer;
        if (status.controller() != ClusterStatus.NOBODY) answer.put("controller", status.controller());
        ArrayNode shards = answer.putArray("shards");
        for (ClusterStatus.Shard shard : status.shards()) shard(shard, shards.addObject());
        ArrayNode problems = answer.putArray("problems");
        status.problems().forEach(problems::add);
        return answer;
    }

    private static void addresses(NodeImage node, ObjectNode entry) {
        entry.put("id", node.id())
                .put("httpHost", node.http().host())
                .put("httpPort", node.http().port())
                .put("fenced", node.fenced());
        if (!node.kafka().exists()) return;
        entry.put("kafkaHost", node.kafka().host());
        entry.put("kafkaPort", node.kafka().port());
    }

    private static void state(NodeImage image, ClusterStatus.Node node, ObjectNode entry) {
        if (!image.member().rack().isEmpty()) entry.put("rack", image.member().rack());
        entry.put("serverVersion", image.member().version());
        entry.put("reachable", node.reachable()).put("ready", node.ready());
        if (!node.reason().isEmpty()) entry.put("reason", node.reason());
        known(entry, "startedMs", node.startedMs());
        known(entry, "diskFreeBytes", node.diskFreeBytes());
        known(entry, "diskReserveBytes", node.diskReserveBytes());
        entry.put("leaders", node.leaders()).put("replicas", node.replicas());
    }

    private static void shard(ClusterStatus.Shard shard, ObjectNode entry) {
        entry.put("id", shard.id());
        if (shard.leader() != ClusterStatus.NOBODY) entry.put("leader", shard.leader());
        entry.put("term", shard.term()).put("minInSync", shard.minInSync()).put("inSync", shard.inSync());
        ArrayNode replicas = entry.putArray("replicas");
        for (ClusterStatus.Replica replica : shard.replicas()) {
            ObjectNode each = replicas.addObject()
                    .put("node", replica.node())
                    .put("state", replica.state().name().toLowerCase(Locale.ROOT));
            known(each, "lagEntries", replica.lagEntries());
            known(each, "lagMs", replica.lagMs());
        }
    }

    private static void known(ObjectNode entry, String name, long value) {
        if (value != ClusterStatus.UNKNOWN) entry.put(name, value);
    }
}
