package io.letterbox.metadata;

import java.util.Comparator;

/**
 * The owner of runtime settings: besides topics, nodes and groups have settings that are changed while the server runs.
 *
 * @param kind the kind of owner
 * @param name a group's id, or a node's number; empty for {@link #ALL_NODES}
 */
public record SettingsOwner(Kind kind, String name) implements Comparable<SettingsOwner> {
    /** The kinds of owners; the codec writes the ordinal. */
    public enum Kind {
        /** A node, with defaults for topics under the names of {@link TopicConfigKey}. */
        NODE,
        /** A consumer group, with timeouts under the names of {@link GroupConfigKey}. */
        GROUP
    }

    /** The owner of the defaults of all nodes, which a node's own settings override. */
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
