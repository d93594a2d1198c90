package io.letterbox.groups;

import io.letterbox.coordinator.CoordinatorContext;
import io.letterbox.memory.StateAccount;
import io.letterbox.memory.StatePart;

/**
 * How much memory the groups of one coordinator take, and whether there is room for more of them. What is refused is
 * growth; what there is goes on. Owned by the coordinator's thread.
 */
public final class GroupMemory {
    /** How often room is made at the most: all groups are looked at for that. */
    static final long SWEEP_MS = 10_000;

    private final StateAccount account;
    private Sweep sweep = (but, turn) -> {};
    private long sweptMs = -SWEEP_MS;

    /** Forgets groups that have nothing. */
    @FunctionalInterface
    interface Sweep {
        /** @param but the group that stays, whatever it has */
        void forgetEmpty(String but, CoordinatorContext turn);
    }

    /** @param part what the groups of all coordinators take together */
    public GroupMemory(StatePart part) {
        this.account = part.open();
    }

    /** How groups are forgotten that have nothing: no members and no offsets. */
    void onShortage(Sweep forgetEmptyGroups) {
        sweep = forgetEmptyGroups;
    }

    /**
     * Whether there is room for so many bytes more. A no is counted, and is to be followed by a refusal.
     *
     * @param groupId the group that is to become larger, which is not forgotten meanwhile
     */
    public boolean admits(long growthBytes, String groupId, CoordinatorContext turn) {
        if (growthBytes <= 0 || account.hasRoom(growthBytes)) return true;
        if (turn.elapsedMs() - sweptMs >= SWEEP_MS) {
            sweptMs = turn.elapsedMs();
            sweep.forgetEmpty(groupId, turn);
            if (account.hasRoom(growthBytes)) return true;
        }
        account.refused();
        return false;
    }

    /** Whether there is room for so many bytes more, where a no is no refusal. */
    public boolean hasRoom(long growthBytes) {
        return growthBytes <= 0 || account.hasRoom(growthBytes);
    }

    /** So many members were forgotten, which may join again. */
    public void dropped(int members) {
        account.dropped(members);
    }

    /** Words for a refusal: what an operator can do about it. */
    public String shortage() {
        return "What is remembered of groups takes as much memory as " + account.setting() + " allows.";
    }

    /** For what keeps its own weight. */
    public StateAccount account() {
        return account;
    }
}
