package io.letterbox.groups;

import io.letterbox.memory.StateAccount;
import java.util.Collection;
import java.util.TreeMap;

/** The groups of one coordinator, in the order of their ids. Owned by its thread. */
public final class GroupRegistry {
    private final TreeMap<String, Group> byId = new TreeMap<>();
    private final StateAccount account;

    /** @param account what the groups in here are taken from */
    public GroupRegistry(StateAccount account) {
        this.account = account;
    }

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
        Group former = byId.put(group.id(), group);
        if (former != null) former.weight().detach();
        group.weight().attach(account);
    }

    /** Forgets a group; nothing where there is another one in its place. */
    public void remove(Group group) {
        if (byId.remove(group.id(), group)) group.weight().detach();
    }

    /** All, in order. */
    public Collection<Group> all() {
        return byId.values();
    }

    /** Those whose ids come after one, in order; null: all. */
    public Collection<Group> after(String groupId) {
        return groupId == null ? byId.values() : byId.tailMap(groupId, false).values();
    }
}
