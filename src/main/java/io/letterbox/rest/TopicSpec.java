package io.letterbox.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.metadata.TopicConfigKey;
import io.letterbox.metadata.TopicImage;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The topic that a client asks for:
 *
 * <pre>
 * {"partitions":4, "replicationFactor":1, "config":{"retention.ms":3600000, "cleanup.policy":"compact"}}
 * </pre>
 *
 * Every member may be left out; a setting of null returns to its default.
 *
 * @param partitions null if nothing was said
 * @param replicationFactor null if nothing was said
 * @param set canonical values by key
 * @param unset the keys that were given as null
 */
record TopicSpec(Integer partitions, Integer replicationFactor, Map<String, String> set, Set<String> unset) {
    private static final Set<String> MEMBERS = Set.of("partitions", "replicationFactor", "config");

    /**
     * Parses a request's body.
     *
     * @throws ApiException INVALID_REQUEST, INVALID_PARTITIONS, INVALID_REPLICATION_FACTOR or INVALID_CONFIG
     */
    static TopicSpec of(ObjectNode body) {
        for (Iterator<String> names = body.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!MEMBERS.contains(name)) {
                throw new ApiException(
                        ErrorCode.INVALID_REQUEST,
                        "There is no member '" + shorten(name)
                                + "' of a topic; partitions, replicationFactor and config can be given.");
            }
        }
        Map<String, String> set = new LinkedHashMap<>();
        Set<String> unset = new LinkedHashSet<>();
        readConfig(body.path("config"), set, unset);
        return new TopicSpec(
                count(body.path("partitions"), ErrorCode.INVALID_PARTITIONS, "partitions"),
                count(body.path("replicationFactor"), ErrorCode.INVALID_REPLICATION_FACTOR, "replicationFactor"),
                set,
                unset);
    }

    /** Whether a topic already is as specified, in every member that is given. */
    boolean describes(TopicImage topic) {
        int factor = topic.partitions().get(0).replicas().size();
        boolean sameCounts =
                (partitions == null || partitions == topic.partitions().size())
                        && (replicationFactor == null || replicationFactor == factor);
        return sameCounts
                && topic.config().overrides().equals(set)
                && unset.stream().noneMatch(topic.config().overrides()::containsKey);
    }

    private static Integer count(JsonNode node, ErrorCode code, String name) {
        if (node.isMissingNode() || node.isNull()) return null;
        if (node.isIntegralNumber() && node.canConvertToInt() && node.intValue() >= 1) return node.intValue();
        throw new ApiException(code, "The member " + name + " has to be a whole number of 1 or more.");
    }

    private static void readConfig(JsonNode config, Map<String, String> set, Set<String> unset) {
        if (config.isMissingNode() || config.isNull()) return;
        if (!config.isObject()) throw new ApiException(ErrorCode.INVALID_CONFIG, "config has to be a JSON object.");
        for (Map.Entry<String, JsonNode> entry : config.properties()) {
            TopicConfigKey key = TopicConfigKey.require(entry.getKey());
            JsonNode value = entry.getValue();
            if (value.isNull()) {
                unset.add(key.key());
            } else if (value.isValueNode()) {
                set.put(key.key(), key.canonical(value.asText()));
            } else {
                throw new ApiException(ErrorCode.INVALID_CONFIG, key.key() + " has to be a text or a number.");
            }
        }
    }

    private static String shorten(String text) {
        return text.length() <= 80 ? text : text.substring(0, 80) + "…";
    }
}
