package io.letterbox.groups;

import io.letterbox.coordinator.CoordinatorContext;
import io.letterbox.memory.StateAccount;
import io.letterbox.memory.StatePart;

/**
 * The memory of the groups of one coordinator, and its limit. Only growth is refused; existing groups go on. Owned by
 * the coordinator's thread.
 */
public final class GroupMemory {
    /** The least time between two sweeps, because each looks at all groups. */
    static final long SWEEP_MS = 10_000;

    private final StateAccount account;
    private Sweep sweep = (but, context) -> {};
    private long sweptMs = -SWEEP_MS;

    /** Deletes groups without members and offsets. */
    @FunctionalInterface
    public interface Sweep {
        /** @param but the group that stays in any case */
        void forgetEmpty(String but, CoordinatorContext context);
    }

    /** @param part the memory that the groups of all coordinators may take together */
    public GroupMemory(StatePart part) {
        this.account = part.open();
    }

    /** Sets how groups without members and offsets are deleted. */
    public void onShortage(Sweep forgetEmptyGroups) {
        sweep = forgetEmptyGroups;
    }

    /**
     * Whether there is room for this many more bytes. If not, it counts as a refusal, which the caller has to answer.
     *
     * @param groupId the group that grows, which a sweep does not delete
     */
    public boolean admits(long growthBytes, String groupId, CoordinatorContext context) {
        if (growthBytes <= 0 || account.hasRoom(growthBytes)) return true;
        if (context.elapsedMs() - sweptMs >= SWEEP_MS) {
            sweptMs = context.elapsedMs();
            sweep.forgetEmpty(groupId, context);
            if (account.hasRoom(growthBytes)) return true;
        }
        account.refused();
        return false;
    }

    /** Whether there is room for this many more bytes; not counted as a refusal. */
    public boolean hasRoom(long growthBytes) {
        return growthBytes <= 0 || account.hasRoom(growthBytes);
    }

    /** Counts members that were dropped; they may join again. */
    public void dropped(int members) {
        account.dropped(members);
    }

    /** The message of a refusal, which names the setting that an operator can change. */
    public String shortage() {
        return "What is remembered of groups takes as much memory as " + account.setting() + " allows.";
    }

    /** The account to which groups and offsets are charged. */
    public StateAccount account() {
        return account;
    }
}
