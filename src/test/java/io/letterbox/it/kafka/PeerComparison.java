package io.letterbox.it.kafka;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.MessageUtil;

/**
 * Sends the same requests to Apache Kafka and Letterbox, and notes the differences between their responses. Of values
 * that two servers cannot have in common (ids, times, generated names, the wording of errors) only the presence is
 * compared. Lists are compared as sets. For one thread.
 */
final class PeerComparison {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final long THE_YEAR_2001 = 1_000_000_000_000L;
    private static final Set<String> WORDINGS =
            Set.of("errorMessage", "statusMessage", "documentation", "batchIndexErrorMessage");
    private static final List<String> KEYS = List.of(
            "name",
            "topic",
            "topicName",
            "partitionIndex",
            "partition",
            "partitionId",
            "apiKey",
            "groupId",
            "group",
            "key",
            "user");
    private static final Set<String> INVENTED = Set.of(
            "memberId",
            "leader",
            "topicId",
            "clusterId",
            "host",
            "clientHost",
            "logDir",
            "producerId",
            "sessionId",
            "totalBytes",
            "usableBytes",
            "port",
            "lastTimestamp",
            "transactionStartTimeMs",
            "throttleTimeMs");

    private final PeerSide kafka;
    private final PeerSide ours;
    private final List<PeerDifference> allowed;
    private final Set<PeerDifference> met = new HashSet<>();
    private final List<String> differences = new ArrayList<>();
    private int answers;

    PeerComparison(PeerSide kafka, PeerSide ours, List<PeerDifference> allowed) {
        this.kafka = kafka;
        this.ours = ours;
        this.allowed = allowed;
    }

    /** Sends a request to both in every version of a range that can express it. */
    void ask(String question, ApiKeys api, int from, int to, Function<PeerSide, ApiMessage> body) {
        IntStream.rangeClosed(from, to).forEach(version -> {
            if (canSay(body.apply(kafka), (short) version)) {
                compare(question + " v" + version, api, (short) version, body, 0, side -> answer -> {});
            }
        });
    }

    /** Sends a request to both in one version, with extra bytes behind it. */
    void askWithTail(String question, ApiKeys api, int version, int bytes, Function<PeerSide, ApiMessage> body) {
        compare(question + " and " + bytes + " bytes", api, (short) version, body, bytes, side -> answer -> {});
    }

    /** Sends a request to both in one version, and lets each side keep parts of the response. */
    <R extends ApiMessage> void flow(
            String question,
            ApiKeys api,
            int version,
            Function<PeerSide, ApiMessage> body,
            Function<PeerSide, Consumer<R>> note) {
        compare(question, api, (short) version, body, 0, note);
    }

    void flow(String question, ApiKeys api, int version, Function<PeerSide, ApiMessage> body) {
        compare(question, api, (short) version, body, 0, side -> answer -> {});
    }

    private <R extends ApiMessage> void compare(
            String question,
            ApiKeys api,
            short version,
            Function<PeerSide, ApiMessage> body,
            int tail,
            Function<PeerSide, Consumer<R>> note) {
        answers++;
        List<String> found = once(question, api, version, body, tail, note);
        // Kafka's broker sees a little later what its controller has already confirmed.
        boolean reads = api.name.startsWith("Describe") || api.name.startsWith("List");
        long giveUp = System.nanoTime() + PATIENCE.toNanos();
        while (reads && !found.isEmpty() && System.nanoTime() < giveUp) {
            found = once(question, api, version, body, tail, note);
        }
        differences.addAll(found);
    }

    private <R extends ApiMessage> List<String> once(
            String question,
            ApiKeys api,
            short version,
            Function<PeerSide, ApiMessage> body,
            int tail,
            Function<PeerSide, Consumer<R>> note) {
        List<JsonNode> both = new ArrayList<>();
        for (PeerSide side : List.of(kafka, ours)) {
            R answer = side.ask(api, version, body.apply(side), tail);
            if (answer != null) note.apply(side).accept(answer);
            both.add(normal("", PeerSide.json(answer, version)));
        }
        List<String> found = new ArrayList<>();
        differ(api + " " + question, "", both.get(0), both.get(1), found);
        return found;
    }

    /** Repeats a request on each side until the response is as expected: a server may need time for a change. */
    <R extends ApiMessage> void settle(ApiKeys api, int version, ApiMessage body, Function<R, Boolean> settled) {
        for (PeerSide side : List.of(kafka, ours)) {
            long giveUp = System.nanoTime() + Clients.LIMIT.toNanos();
            R answer = side.ask(api, (short) version, body, 0);
            while (answer == null || !settled.apply(answer)) {
                if (System.nanoTime() > giveUp) throw new AssertionError("not settled: " + answer);
                answer = side.ask(api, (short) version, body, 0);
            }
        }
    }

    /** The number of pairs of responses that were compared. */
    int answers() {
        return answers;
    }

    /** The differences that are not allowed. */
    List<String> differences() {
        return differences;
    }

    /** The allowed differences that did not occur, so that the list of them stays correct. */
    List<PeerDifference> needless() {
        return allowed.stream().filter(entry -> !met.contains(entry)).toList();
    }

    private static boolean canSay(ApiMessage body, short version) {
        try {
            MessageUtil.toByteBufferAccessor(body, version);
            return true;
        } catch (UnsupportedVersionException no) {
            return false;
        }
    }

    private static JsonNode normal(String name, JsonNode node) {
        JsonNodeFactory make = JsonNodeFactory.instance;
        if (node.isObject()) {
            ObjectNode result = make.objectNode();
            Map<String, JsonNode> fields = new TreeMap<>();
            node.fields().forEachRemaining(field -> fields.put(field.getKey(), field.getValue()));
            fields.forEach((field, value) -> result.set(field, normal(field, value)));
            // A refusal may have a message, or just the code.
            if (result.path("errorCode").asInt() != 0) result.remove("errorMessage");
            return result;
        }
        if (node.isArray()) {
            ArrayNode result = make.arrayNode();
            StreamSupport.stream(node.spliterator(), false)
                    .map(element -> normal("", element))
                    .sorted(Comparator.comparing(JsonNode::toString))
                    .forEach(result::add);
            return result;
        }
        if (node.isNull()) return node;
        if (WORDINGS.contains(name)) return make.textNode(node.asText().isEmpty() ? "" : "said");
        if (INVENTED.contains(name)) return make.textNode(isNothing(node) ? node.asText() : "some");
        if (node.isNumber() && node.asLong() > THE_YEAR_2001 && node.asLong() < Long.MAX_VALUE)
            return make.textNode("time");
        return node;
    }

    private static boolean isNothing(JsonNode node) {
        if (node.isNumber()) return node.asLong() <= 0;
        return node.asText().isEmpty() || node.asText().equals("AAAAAAAAAAAAAAAAAAAAAA");
    }

    /** The elements of a list by their identifying fields, as far as they have any. */
    private static Map<String, JsonNode> keyed(JsonNode list) {
        Map<String, JsonNode> result = new TreeMap<>();
        for (JsonNode element : list) {
            String key = "";
            for (String name : KEYS) if (key.isEmpty()) key = element.path(name).asText();
            int same = 0;
            while (result.containsKey(key + "#" + same)) same++;
            result.put(key + "#" + same, element);
        }
        return result;
    }

    private void differ(String question, String path, JsonNode kafkas, JsonNode our, List<String> found) {
        if (kafkas.equals(our)) return;
        if (kafkas.isObject() && our.isObject()) {
            Set<String> names = new HashSet<>();
            kafkas.fieldNames().forEachRemaining(names::add);
            our.fieldNames().forEachRemaining(names::add);
            // If one side refuses what the other carries out, the other fields need not match.
            if (!kafkas.path("errorCode").equals(our.path("errorCode"))) names.retainAll(Set.of("errorCode"));
            names.stream()
                    .sorted()
                    .forEach(name -> differ(question, path + "/" + name, kafkas.path(name), our.path(name), found));
        } else if (kafkas.isArray() && our.isArray()) {
            Map<String, JsonNode> theirs = keyed(kafkas);
            Map<String, JsonNode> ours = keyed(our);
            TreeSet<String> keys = new TreeSet<>(theirs.keySet());
            keys.addAll(ours.keySet());
            for (String key : keys) {
                JsonNode none = MissingNode.getInstance();
                differ(question, path + "/" + key, theirs.getOrDefault(key, none), ours.getOrDefault(key, none), found);
            }
        } else {
            List<PeerDifference> excuses = allowed.stream()
                    .filter(entry -> entry.covers(question, path))
                    .toList();
            met.addAll(excuses);
            if (excuses.isEmpty()) found.add(question + " " + path + ": Kafka " + kafkas + ", Letterbox " + our);
        }
    }
}
