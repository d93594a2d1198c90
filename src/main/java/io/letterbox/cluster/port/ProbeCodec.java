package io.letterbox.cluster.port;

import io.letterbox.cluster.BirthPhase;
import io.letterbox.cluster.BirthReport;
import io.letterbox.cluster.Founder;
import io.letterbox.cluster.NodeAddresses;
import io.letterbox.cluster.NodeIdentity;
import io.letterbox.cluster.Peer;
import io.letterbox.cluster.Probe;
import io.letterbox.metadata.Endpoint;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.UUID;

/**
 * Probes as JSON, so that whoever looks at the wire can read them, and a newer version may add members.
 *
 * <pre>
 * {"format": 1,
 *  "node": 1, "directory": "0b0fdb5c-…", "incarnation": "-6af2…", "version": "1.0", "rack": "a",
 *  "initialNodes": [1, 2, 3], "wallMs": 1764500000000, "others": [["node2", 7400], …],
 *  "birth": {"phase": "READY", "cluster": "6fb5a1f0-…", "founders": [{"node": 1, "directory": "0b0fdb5c-…"}, …]},
 *  "addresses": {"cluster": ["node1", 7400], "raft": […], "bus": […], "discovery": […], "http": […], "kafka": […]}}
 * </pre>
 */
final class ProbeCodec {
    /** A node that has another one cannot be talked to. */
    static final int FORMAT = 1;

    private ProbeCodec() {}

    static Buffer encode(Probe probe) {
        Peer peer = probe.peer();
        NodeAddresses at = peer.addresses();
        JsonArray founders = new JsonArray();
        for (Founder founder : probe.birth().founders()) {
            founders.add(new JsonObject()
                    .put("node", founder.node())
                    .put("directory", founder.directoryId().toString()));
        }
        JsonArray others = new JsonArray();
        for (Endpoint other : probe.others()) others.add(endpoint(other));
        UUID cluster = probe.birth().clusterId();
        return new JsonObject()
                .put("format", FORMAT)
                .put("node", peer.node())
                .put("directory", peer.identity().directoryId().toString())
                .put("incarnation", Long.toHexString(peer.identity().incarnation()))
                .put("version", peer.version())
                .put("rack", peer.rack())
                .put("initialNodes", new JsonArray(probe.initialNodes()))
                .put("wallMs", probe.wallMs())
                .put("others", others)
                .put(
                        "birth",
                        new JsonObject()
                                .put("phase", probe.birth().phase().name())
                                .put("cluster", cluster == null ? null : cluster.toString())
                                .put("founders", founders))
                .put(
                        "addresses",
                        new JsonObject()
                                .put("cluster", endpoint(at.cluster()))
                                .put("raft", endpoint(at.raft()))
                                .put("bus", endpoint(at.bus()))
                                .put("discovery", endpoint(at.discovery()))
                                .put("http", endpoint(at.http()))
                                .put("kafka", endpoint(at.kafka())))
                .toBuffer();
    }

    private static JsonArray endpoint(Endpoint endpoint) {
        return new JsonArray().add(endpoint.host()).add(endpoint.port());
    }

    /**
     * Decodes a probe.
     *
     * @throws IllegalArgumentException if these bytes are none, with a sentence that says why
     */
    static Probe decode(Buffer bytes) {
        int format;
        try {
            JsonObject json = bytes.toJsonObject();
            format = json.getInteger("format");
            if (format == FORMAT) return probe(json);
        } catch (DecodeException | ClassCastException | NullPointerException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "What it says about itself cannot be read: something is missing, or is not what it should be.", e);
        }
        throw new IllegalArgumentException("What it says about itself has format " + format
                + ", and this node knows format " + FORMAT + ": the versions of both are too far apart.");
    }

    private static Probe probe(JsonObject json) {
        NodeIdentity identity = new NodeIdentity(
                json.getInteger("node"),
                UUID.fromString(json.getString("directory")),
                Long.parseUnsignedLong(json.getString("incarnation"), 16));
        JsonObject at = json.getJsonObject("addresses");
        NodeAddresses addresses = new NodeAddresses(
                endpoint(at, "cluster"),
                endpoint(at, "raft"),
                endpoint(at, "bus"),
                endpoint(at, "discovery"),
                endpoint(at, "http"),
                endpoint(at, "kafka"));
        Peer peer = new Peer(identity, addresses, json.getString("rack"), json.getString("version"));
        List<Integer> initialNodes = json.getJsonArray("initialNodes").stream()
                .map(Integer.class::cast)
                .toList();
        List<Endpoint> others = json.getJsonArray("others").stream()
                .map(JsonArray.class::cast)
                .map(ProbeCodec::endpoint)
                .toList();
        return new Probe(peer, initialNodes, birth(json.getJsonObject("birth")), json.getLong("wallMs"), others);
    }

    private static BirthReport birth(JsonObject json) {
        String cluster = json.getString("cluster");
        List<Founder> founders = json.getJsonArray("founders").stream()
                .map(JsonObject.class::cast)
                .map(each -> new Founder(each.getInteger("node"), UUID.fromString(each.getString("directory"))))
                .toList();
        return new BirthReport(
                BirthPhase.valueOf(json.getString("phase")),
                cluster == null ? null : UUID.fromString(cluster),
                founders);
    }

    private static Endpoint endpoint(JsonObject json, String name) {
        return endpoint(json.getJsonArray(name));
    }

    private static Endpoint endpoint(JsonArray endpoint) {
        return new Endpoint(endpoint.getString(0), endpoint.getInteger(1));
    }
}
