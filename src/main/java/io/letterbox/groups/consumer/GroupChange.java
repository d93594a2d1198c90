package io.letterbox.groups.consumer;

import io.letterbox.coordinator.CoordinatorContext;
import io.letterbox.coordinator.CoordinatorRecord;
import io.letterbox.groups.Group;
import io.letterbox.groups.GroupRegistry;
import io.letterbox.groups.patterns.TopicPatterns;
import java.util.ArrayList;
import java.util.List;

/** One request's change of one group, from the draft to the log. Lives as long as the request. */
final class GroupChange {
    private final GroupDraft draft;
    private final Rebalance rebalance;
    private final CoordinatorContext turn;
    private final List<CoordinatorRecord> records = new ArrayList<>(0);
    private Runnable beforeWrite;

    GroupChange(ConsumerGroup group, Topics topics, TopicPatterns patterns, CoordinatorContext turn) {
        this.draft = new GroupDraft(group);
        this.rebalance = new Rebalance(draft, topics, patterns, turn.wallMs());
        this.turn = turn;
    }

    GroupDraft draft() {
        return draft;
    }

    Rebalance rebalance() {
        return rebalance;
    }

    /** Has other records written before the changes, in the same batch. */
    void after(List<CoordinatorRecord> others) {
        records.addAll(others);
    }

    /** The group of the other kind that this one takes the place of is told when nothing can be refused any more. */
    void beforeWrite(Runnable farewell) {
        beforeWrite = farewell;
    }

    /** True where the members of a group of the other kind have become this one's. */
    boolean isTakeover() {
        return beforeWrite != null;
    }

    /** By how much the group becomes larger, or the one whose place it takes. */
    long growthBytes(GroupRegistry registry) {
        Group present = registry.get(draft.group().id());
        return draft.group().weight().bytes()
                - (present == null ? 0 : present.weight().bytes());
    }

    /** Writes the changes as one batch, and so makes them; returns the group as it is now. */
    ConsumerGroup commit(GroupRegistry registry) {
        if (isTakeover()) beforeWrite.run();
        records.addAll(draft.records());
        turn.write(records);
        ConsumerGroup group = registry.get(draft.group().id(), ConsumerGroup.class);
        group.comparedLike(draft.group());
        return group;
    }
}
