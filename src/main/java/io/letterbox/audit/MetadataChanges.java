package io.letterbox.audit;

import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.Command;
import io.letterbox.metadata.SettingsOwner;
import io.letterbox.metadata.TopicImage;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeSet;

/** Describes the change that a command made, from the images before and after it. */
final class MetadataChanges {
    private static final String TOPIC = "topic";
    private static final String UNSET = "default";

    private MetadataChanges() {}

    /** The change; null if nothing changed, or only the server's own bookkeeping. */
    static Change of(Command command, ClusterImage before, ClusterImage after) {
        if (command instanceof Command.CreateTopic create) return created(create, after);
        if (command instanceof Command.DeleteTopic delete) return deleted(delete, before);
        if (command instanceof Command.AddPartitions grown) {
            String sizes = Change.moved(size(before, grown.name()), size(after, grown.name()));
            return new Change(TOPIC, grown.name(), "changed", Map.of("partitions", sizes));
        }
        if (command instanceof Command.AlterTopic alter) {
            return changed(TOPIC, alter.name(), config(before, alter.name()), config(after, alter.name()));
        }
        if (command instanceof Command.AlterSettings alter) {
            return changed(
                    kind(alter.owner()),
                    name(alter.owner()),
                    before.settings(alter.owner()),
                    after.settings(alter.owner()));
        }
        return null;
    }

    private static Change created(Command.CreateTopic create, ClusterImage after) {
        Map<String, String> details = new LinkedHashMap<>();
        details.put("partitions", Integer.toString(size(after, create.name())));
        details.putAll(config(after, create.name()));
        return new Change(TOPIC, create.name(), "created", details);
    }

    private static Change deleted(Command.DeleteTopic delete, ClusterImage before) {
        String partitions = Integer.toString(size(before, delete.name()));
        return new Change(TOPIC, delete.name(), "deleted", Map.of("partitions", partitions));
    }

    /** The changed settings; null if none changed. */
    private static Change changed(
            String kind, String name, SortedMap<String, String> before, SortedMap<String, String> after) {
        TreeSet<String> keys = new TreeSet<>(before.keySet());
        keys.addAll(after.keySet());
        Map<String, String> details = new LinkedHashMap<>();
        for (String key : keys) {
            String from = before.getOrDefault(key, UNSET);
            String to = after.getOrDefault(key, UNSET);
            if (!from.equals(to)) details.put(key, Change.moved(from, to));
        }
        return details.isEmpty() ? null : new Change(kind, name, "changed", details);
    }

    private static String kind(SettingsOwner owner) {
        return owner.kind() == SettingsOwner.Kind.GROUP ? "settings of group" : "settings of node";
    }

    private static String name(SettingsOwner owner) {
        return owner.equals(SettingsOwner.ALL_NODES) ? "(all)" : owner.name();
    }

    private static int size(ClusterImage image, String topic) {
        TopicImage found = image.topics().get(topic);
        return found == null ? 0 : found.partitions().size();
    }

    private static SortedMap<String, String> config(ClusterImage image, String topic) {
        TopicImage found = image.topics().get(topic);
        return found == null ? Collections.emptySortedMap() : found.config().overrides();
    }
}
