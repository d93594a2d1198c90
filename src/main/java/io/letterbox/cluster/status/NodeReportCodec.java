package io.letterbox.cluster.status;

import io.letterbox.metadata.ReplicaId;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.UUID;

/**
 * Reports as JSON, so that a newer version may add members.
 *
 * <pre>
 * {"format": 1, "node": 1, "ready": true, "reason": "", "startedMs": 1764500000000,
 *  "diskFreeBytes": 1073741824, "diskReserveBytes": 1048576, "troubles": ["…", …],
 *  "replicas": [
 *   {"shard": 0, "leader": 1, "term": 4, "committed": 812, "applied": 812, "copying": false,
 *    "voters": [{"node": 1, "directory": "0b0fdb5c-…"}, …],
 *    "followers": [{"node": 2, "lagEntries": 0, "lagMs": 0, "silentMs": 12}, …]}, …]}
 * </pre>
 */
final class NodeReportCodec {
    /** Of another one nothing can be said. */
    static final int FORMAT = 1;

    private NodeReportCodec() {}

    static Buffer encode(NodeReport report) {
        JsonArray replicas = new JsonArray();
        for (ReplicaReport each : report.replicas()) replicas.add(replica(each));
        return new JsonObject()
                .put("format", FORMAT)
                .put("node", report.node())
                .put("ready", report.ready())
                .put("reason", report.reason())
                .put("startedMs", report.startedMs())
                .put("diskFreeBytes", report.diskFreeBytes())
                .put("diskReserveBytes", report.diskReserveBytes())
                .put("troubles", new JsonArray(report.troubles()))
                .put("replicas", replicas)
                .toBuffer();
    }

    private static JsonObject replica(ReplicaReport replica) {
        JsonArray voters = new JsonArray();
        for (ReplicaId voter : replica.voters()) {
            voters.add(new JsonObject()
                    .put("node", voter.node())
                    .put("directory", voter.directory().toString()));
        }
        JsonArray followers = new JsonArray();
        for (FollowerReport follower : replica.followers()) {
            followers.add(new JsonObject()
                    .put("node", follower.node())
                    .put("lagEntries", follower.lagEntries())
                    .put("lagMs", follower.lagMs())
                    .put("silentMs", follower.silentMs()));
        }
        return new JsonObject()
                .put("shard", replica.shard())
                .put("leader", replica.leader())
                .put("term", replica.term())
                .put("committed", replica.committedIndex())
                .put("applied", replica.appliedIndex())
                .put("copying", replica.copying())
                .put("voters", voters)
                .put("followers", followers);
    }

    /**
     * Decodes a report.
     *
     * @throws IllegalArgumentException if these bytes are none, with half a sentence that says why
     */
    static NodeReport decode(Buffer bytes) {
        int format;
        try {
            JsonObject json = bytes.toJsonObject();
            format = json.getInteger("format");
            if (format == FORMAT) return report(json);
        } catch (DecodeException | ClassCastException | NullPointerException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "its report cannot be read: something is missing, or is not what it should be", e);
        }
        throw new IllegalArgumentException("its report has format " + format + ", and this node knows format " + FORMAT
                + ": the versions of both are too far apart");
    }

    private static NodeReport report(JsonObject json) {
        return new NodeReport(
                json.getInteger("node"),
                json.getBoolean("ready"),
                json.getString("reason"),
                json.getLong("startedMs"),
                json.getLong("diskFreeBytes"),
                json.getLong("diskReserveBytes"),
                json.getJsonArray("replicas").stream()
                        .map(JsonObject.class::cast)
                        .map(NodeReportCodec::replica)
                        .toList(),
                json.getJsonArray("troubles").stream().map(String.class::cast).toList());
    }

    private static ReplicaReport replica(JsonObject json) {
        List<ReplicaId> voters = json.getJsonArray("voters").stream()
                .map(JsonObject.class::cast)
                .map(each -> new ReplicaId(each.getInteger("node"), UUID.fromString(each.getString("directory"))))
                .toList();
        List<FollowerReport> followers = json.getJsonArray("followers").stream()
                .map(JsonObject.class::cast)
                .map(each -> new FollowerReport(
                        each.getInteger("node"),
                        each.getLong("lagEntries"),
                        each.getLong("lagMs"),
                        each.getLong("silentMs")))
                .toList();
        return new ReplicaReport(
                json.getInteger("shard"),
                json.getInteger("leader"),
                json.getLong("term"),
                json.getLong("committed"),
                json.getLong("applied"),
                json.getBoolean("copying"),
                voters,
                followers);
    }
}
