package io.letterbox.groups.consumer;

import io.letterbox.coordinator.CoordinatorRecord;
import java.util.ArrayList;
import java.util.List;

/**
 * What one request does to a group, before it is written: the records, and the group as it will be when they are applied.
 * Written as one batch, so that a crash leaves all of it or nothing. Lives as long as the request.
 */
public final class GroupDraft {
    private final ConsumerGroup base;
    private final List<ConsumerEvent> events = new ArrayList<>();
    private ConsumerGroup copy;

    public GroupDraft(ConsumerGroup base) {
        this.base = base;
    }

    /** The group with all changes so far; the group itself while there are none. */
    public ConsumerGroup group() {
        return copy == null ? base : copy;
    }

    /** Changes the group. */
    void add(ConsumerEvent event) {
        if (copy == null) copy = base.copy();
        events.add(event);
        event.applyTo(copy);
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

    /** True where nothing has changed. */
    public boolean isEmpty() {
        return events.isEmpty();
    }

    /** The changes, for the log. */
    public List<CoordinatorRecord> records() {
        List<CoordinatorRecord> records = new ArrayList<>(events.size());
        for (ConsumerEvent event : events) records.add(ConsumerEventCodec.encode(base.id(), event));
        return records;
    }
}
