package io.letterbox.groups;

import io.letterbox.memory.StateAccount;
import io.letterbox.memory.StatePart;
import java.util.function.Consumer;

/**
 * How much memory the groups of one coordinator take, and whether there is room for more of them. What is refused is
 * growth; what there is goes on. Owned by the coordinator's thread.
 */
public final class GroupMemory {
    /** How often room is made at the most: all groups are looked at for that. */
    static final long SWEEP_MS = 10_000;

    private final StateAccount account;
    private Consumer<Turn> sweep = turn -> {};
    private long sweptMs = -SWEEP_MS;

    /** @param part what the groups of all coordinators take together */
    public GroupMemory(StatePart part) {
        this.account = part.open();
    }

    /** How groups are forgotten that have nothing: no members and no offsets. */
    void onShortage(Consumer<Turn> forgetEmptyGroups) {
        sweep = forgetEmptyGroups;
    }

    /** Whether there is room for so many bytes more. A no is counted, and is to be followed by a refusal. */
    public boolean admits(long growthBytes, Turn turn) {
        if (growthBytes <= 0 || account.hasRoom(growthBytes)) return true;
        if (turn.elapsedMs() - sweptMs >= SWEEP_MS) {
            sweptMs = turn.elapsedMs();
            sweep.accept(turn);
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
