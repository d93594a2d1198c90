package io.letterbox.metadata;

import java.util.Comparator;

/**
 * Whose settings: besides topics, nodes and groups have some that are changed while the server runs.
 *
 * @param kind what it is
 * @param name a group's id, or a node's number; {@link #ALL_NODES} for what all nodes have in common
 */
public record SettingsOwner(Kind kind, String name) implements Comparable<SettingsOwner> {
    /** What can have settings; the codec writes the ordinal. */
    public enum Kind {
        /** What topics get that say nothing, under the names of {@link TopicConfigKey}. */
        NODE,
        /** The timeouts of one consumer group, under the names of {@link GroupConfigKey}. */
        GROUP
    }

    /** The defaults of all nodes: a node's own settings go before them. */
    public static final SettingsOwner ALL_NODES = new SettingsOwner(Kind.NODE, "");

    private static final Comparator<SettingsOwner> ORDER =
            Comparator.comparing(SettingsOwner::kind).thenComparing(SettingsOwner::name);

    /** One node. */
    public static SettingsOwner node(int id) {
        return new SettingsOwner(Kind.NODE, Integer.toString(id));
    }

    /** One group. */
    public static SettingsOwner group(String id) {
        return new SettingsOwner(Kind.GROUP, id);
    }

    @Override
    public int compareTo(SettingsOwner other) {
        return ORDER.compare(this, other);
    }
}
