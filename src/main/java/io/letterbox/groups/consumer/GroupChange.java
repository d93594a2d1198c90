package io.letterbox.groups.consumer;

import io.letterbox.coordinator.CoordinatorContext;
import io.letterbox.coordinator.CoordinatorRecord;
import io.letterbox.groups.Group;
import io.letterbox.groups.GroupRegistry;
import java.util.ArrayList;
import java.util.List;

/**
 * What one request does to a group: gathers events, shows the group as it will be when they are applied, and writes all
 * of them as one batch, so that a crash leaves all of it or nothing. Lives as long as the request.
 */
final class GroupChange {
    private final ConsumerGroup before;
    private final List<CoordinatorRecord> first = new ArrayList<>(0);
    private final List<ConsumerEvent> events = new ArrayList<>();

    /** Null while nothing has changed. */
    private ConsumerGroup after;

    /** Null if no group of the other kind makes room. */
    private Runnable notifyFormerMembers;

    GroupChange(ConsumerGroup before) {
        this.before = before;
    }

    /** The group with all changes so far; the group itself while there are none. */
    ConsumerGroup group() {
        return after == null ? before : after;
    }

    /** Changes the group. */
    void add(ConsumerEvent event) {
        if (after == null) after = before.copy();
        events.add(event);
        event.applyTo(after);
    }

    /** Takes a member out, with everything that is known of it. */
    void removeMember(String memberId) {
        add(new ConsumerEvent.Current(memberId, null));
        add(new ConsumerEvent.Target(memberId, null));
        add(new ConsumerEvent.Profile(memberId, null));
    }

    /** Takes the whole group out of the log. */
    void removeGroup() {
        for (ConsumerMember member : List.copyOf(group().members())) removeMember(member.id());
        for (String memberId : List.copyOf(group().targeted())) add(new ConsumerEvent.Target(memberId, null));
        for (String regex : List.copyOf(group().regexes().keySet())) add(new ConsumerEvent.Regex(regex, null, 0, 0));
        add(new ConsumerEvent.TargetEpoch(-1, 0));
        add(new ConsumerEvent.GroupRemoved());
    }

    /**
     * The group takes the place of one of the other kind.
     *
     * @param tombstones of the other group, which are written before the changes, in the same batch
     */
    void replaces(List<CoordinatorRecord> tombstones) {
        first.addAll(tombstones);
    }

    /**
     * Marks this change as the migration of a classic group, whose members become members of this one. The argument
     * tells them to join again; it runs in {@link #commit}, when no check can refuse the change any more.
     */
    void setMigration(Runnable notify) {
        notifyFormerMembers = notify;
    }

    /** True if the members of a group of the other kind have become this one's. */
    boolean isMigration() {
        return notifyFormerMembers != null;
    }

    /** By how much the group becomes larger, or the one whose place it takes. */
    long growthBytes(GroupRegistry registry) {
        Group present = registry.get(before.id());
        return group().weight().bytes()
                - (present == null ? 0 : present.weight().bytes());
    }

    /** The changes, for the log. */
    List<CoordinatorRecord> records() {
        List<CoordinatorRecord> records = new ArrayList<>(first.size() + events.size());
        records.addAll(first);
        for (ConsumerEvent event : events) records.add(ConsumerEventCodec.encode(before.id(), event));
        return records;
    }

    /** Writes the changes as one batch, and so makes them; returns the group as it is now. */
    ConsumerGroup commit(GroupRegistry registry, CoordinatorContext context) {
        if (isMigration()) notifyFormerMembers.run();
        context.write(records());
        ConsumerGroup group = registry.get(before.id(), ConsumerGroup.class);
        group.comparedLike(group());
        return group;
    }
}
