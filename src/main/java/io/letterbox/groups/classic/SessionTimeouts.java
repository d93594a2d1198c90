package io.letterbox.groups.classic;

import io.letterbox.coordinator.CoordinatorContext;
import io.letterbox.groups.Deadlines;

/** The sessions of classic members. Owned by its coordinator. */
final class SessionTimeouts {
    /** How long the first join of a new member may wait: it does not know its id, so it cannot send heartbeats. */
    static final int FIRST_JOIN_TIMEOUT_MS = 300_000;

    private final Deadlines deadlines;
    private ExpiryListener expiryListener;

    /** Handles the end of sessions. */
    interface ExpiryListener {
        void memberExpired(ClassicGroup group, ClassicMember member, CoordinatorContext context);

        /** Handles a promised id with which no member has joined in time. */
        void promiseExpired(ClassicGroup group, String memberId, CoordinatorContext context);
    }

    /**
     * The key of a promised id's deadline. Comparable, so that clients that choose ids with equal hashes do not slow
     * the map down.
     */
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

    void onExpiry(ExpiryListener listener) {
        expiryListener = listener;
    }

    /** Begins a member's session anew after a heartbeat. Usually changes a number only. */
    void restart(ClassicGroup group, ClassicMember member, CoordinatorContext context) {
        begin(group, member, member.sessionTimeoutMs(), context);
    }

    /** Begins the session of a new member, which waits for the answer to its first join. */
    void beginFirst(ClassicGroup group, ClassicMember member, CoordinatorContext context) {
        begin(group, member, FIRST_JOIN_TIMEOUT_MS, context);
    }

    private void begin(ClassicGroup group, ClassicMember member, int timeoutMs, CoordinatorContext context) {
        long dueMs = context.elapsedMs() + timeoutMs;
        if (!deadlines.move(member, dueMs)) deadlines.set(member, dueMs, late -> expired(group, member, late));
    }

    private void expired(ClassicGroup group, ClassicMember member, CoordinatorContext context) {
        if (group.member(member.id()) != member) return;
        // A member with a pending request cannot send heartbeats; its session goes on after the answer.
        boolean waits = member.joining() != null || member.syncing() != null;
        if (!waits || member.isFresh()) expiryListener.memberExpired(group, member, context);
    }

    void end(ClassicMember member) {
        deadlines.cancel(member);
    }

    /** Begins the deadline of a promised id: one session timeout. */
    void promise(ClassicGroup group, String memberId, int sessionTimeoutMs, CoordinatorContext context) {
        Promise key = new Promise(group.id(), memberId);
        deadlines.set(key, context.elapsedMs() + sessionTimeoutMs, late -> {
            if (group.promisedIds().contains(memberId)) expiryListener.promiseExpired(group, memberId, late);
        });
    }

    void endPromise(ClassicGroup group, String memberId) {
        deadlines.cancel(new Promise(group.id(), memberId));
    }
}
