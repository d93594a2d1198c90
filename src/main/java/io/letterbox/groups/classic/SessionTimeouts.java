package io.letterbox.groups.classic;

import io.letterbox.coordinator.CoordinatorContext;
import io.letterbox.groups.Deadlines;

/** Who has been heard of lately. Owned by its coordinator. */
final class SessionTimeouts {
    /** New members do not know their id, so they cannot send heartbeats: their first join may wait so long. */
    static final int FIRST_JOIN_TIMEOUT_MS = 300_000;

    private final Deadlines deadlines;
    private Lost lost;

    /** What becomes of members whose session has ended. */
    interface Lost {
        void member(ClassicGroup group, ClassicMember member, CoordinatorContext turn);

        /** An id was given out, and nobody came back with it. */
        void promise(ClassicGroup group, String memberId, CoordinatorContext turn);
    }

    /** Comparable, so that strangers who choose ids of one hash do not slow the map of deadlines down. */
    private record Promise(String groupId, String memberId) implements Comparable<Promise> {
        @Override
        public int compareTo(Promise other) {
            int byGroup = groupId.compareTo(other.groupId);
            return byGroup != 0 ? byGroup : memberId.compareTo(other.memberId);
        }
    }

    SessionTimeouts(Deadlines deadlines) {
        this.deadlines = deadlines;
    }

    void onLoss(Lost listener) {
        lost = listener;
    }

    /** The member has been heard of: its session begins anew. A number changes, nothing else. */
    void prolong(ClassicGroup group, ClassicMember member, CoordinatorContext turn) {
        begin(group, member, member.sessionTimeoutMs(), turn);
    }

    /** The member waits for its first join. */
    void beginFirst(ClassicGroup group, ClassicMember member, CoordinatorContext turn) {
        begin(group, member, FIRST_JOIN_TIMEOUT_MS, turn);
    }

    private void begin(ClassicGroup group, ClassicMember member, int timeoutMs, CoordinatorContext turn) {
        long dueMs = turn.elapsedMs() + timeoutMs;
        if (!deadlines.move(member, dueMs)) deadlines.set(member, dueMs, late -> expired(group, member, late));
    }

    private void expired(ClassicGroup group, ClassicMember member, CoordinatorContext turn) {
        if (group.member(member.id()) != member) return;
        // Who waits for us need not send heartbeats; the session goes on when it gets its answer.
        boolean waits = member.joining() != null || member.syncing() != null;
        if (!waits || member.isFresh()) lost.member(group, member, turn);
    }

    void end(ClassicMember member) {
        deadlines.cancel(member);
    }

    /** An id was given out; it is kept for a session's time. */
    void promise(ClassicGroup group, String memberId, int sessionTimeoutMs, CoordinatorContext turn) {
        Promise key = new Promise(group.id(), memberId);
        deadlines.set(key, turn.elapsedMs() + sessionTimeoutMs, late -> {
            if (group.promisedIds().contains(memberId)) lost.promise(group, memberId, late);
        });
    }

    void endPromise(ClassicGroup group, String memberId) {
        deadlines.cancel(new Promise(group.id(), memberId));
    }
}
