package io.letterbox.groups;

import io.letterbox.coordinator.Ask;
import io.letterbox.coordinator.Coordinator;
import io.letterbox.coordinator.CoordinatorOutbox;
import io.letterbox.coordinator.CoordinatorRecord;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import java.util.UUID;
import java.util.function.Supplier;

/** The core of one partition of {@code __consumer_offsets}. Owned by the shard's thread. */
public final class GroupCoordinator implements Coordinator {
    private final Deadlines deadlines = new Deadlines();

    /** @param ids where new members' ids come from */
    public GroupCoordinator(GroupSettings settings, Supplier<UUID> ids) {
        if (settings.maxMembers() < 1 || ids == null) throw new IllegalArgumentException("There must be room for one");
    }

    @Override
    public void apply(CoordinatorRecord record) {
        GroupRecords.typeOf(record);
    }

    @Override
    public void applyTransactional(long producerId, short producerEpoch, CoordinatorRecord record) {
        GroupRecords.typeOf(record);
    }

    @Override
    public void applyMarker(long producerId, short producerEpoch, boolean commit) {
        deadlines.cancel(producerId);
    }

    @Override
    public void activate(long nowMs, CoordinatorOutbox outbox) {
        deadlines.tick(new Turn(nowMs, outbox));
    }

    @Override
    public void handle(Ask<?> ask, long nowMs, CoordinatorOutbox outbox) {
        throw new ApiException(ErrorCode.COORDINATOR_NOT_AVAILABLE, "Groups are not served yet.");
    }

    @Override
    public long nextDeadlineMs() {
        return deadlines.nextMs();
    }

    @Override
    public void tick(long nowMs, CoordinatorOutbox outbox) {
        deadlines.tick(new Turn(nowMs, outbox));
    }
}
