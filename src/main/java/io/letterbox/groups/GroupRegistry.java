package io.letterbox.groups;

import io.letterbox.memory.StateAccount;
import java.util.Collection;
import java.util.TreeMap;

/** The groups of one coordinator, in the order of their ids. Owned by its thread. */
public final class GroupRegistry {
    private final TreeMap<String, Group> byId = new TreeMap<>();
    private final StateAccount account;

    /** @param account the account to which the groups are charged */
    public GroupRegistry(StateAccount account) {
        this.account = account;
    }

    /** The group with an id, or null. */
    public Group get(String groupId) {
        return byId.get(groupId);
    }

    /** The group with an id if it has this type, else null. */
    public <G extends Group> G get(String groupId, Class<G> type) {
        Group group = byId.get(groupId);
        return type.isInstance(group) ? type.cast(group) : null;
    }

    public void put(Group group) {
        Group former = byId.put(group.id(), group);
        if (former != null) former.weight().detach();
        group.weight().attach(account);
    }

    /** Removes a group; does nothing if another one has taken its place. */
    public void remove(Group group) {
        if (byId.remove(group.id(), group)) group.weight().detach();
    }

    /** All groups, in order. */
    public Collection<Group> all() {
        return byId.values();
    }

    /** The groups whose ids come after an id, in order; all if it is null. */
    public Collection<Group> after(String groupId) {
        return groupId == null ? byId.values() : byId.tailMap(groupId, false).values();
    }
}
