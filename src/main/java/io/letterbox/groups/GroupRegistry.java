package io.letterbox.groups;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** The groups of one coordinator, by id. Owned by its thread. */
public final class GroupRegistry {
    private final Map<String, Group> byId = new HashMap<>();

    /** Null where there is none. */
    public Group get(String groupId) {
        return byId.get(groupId);
    }

    /** The group where it is of a type, else null. */
    public <G extends Group> G get(String groupId, Class<G> type) {
        Group group = byId.get(groupId);
        return type.isInstance(group) ? type.cast(group) : null;
    }

    public void put(Group group) {
        byId.put(group.id(), group);
    }

    /** Forgets a group; nothing where there is another one in its place. */
    public void remove(Group group) {
        byId.remove(group.id(), group);
    }

    /** All, in no order. */
    public Collection<Group> all() {
        return byId.values();
    }
}
