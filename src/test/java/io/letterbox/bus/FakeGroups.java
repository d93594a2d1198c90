package io.letterbox.bus;

import io.letterbox.access.Principal;
import io.letterbox.coordinator.CoordinatorCommand;
import io.letterbox.groups.GroupCommand;
import io.letterbox.groups.TestGroups;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** One real coordinator of groups, without a storage, which answers at once. Thread-safe. */
public final class FakeGroups implements Coordinators {
    private final TestGroups groups = new TestGroups();
    private boolean silent;
    private int lost;
    private final Set<Principal> principals = new HashSet<>();

    /** The coordinator, for preparing groups before the door is used. */
    public TestGroups coordinator() {
        return groups;
    }

    /** Stops all answers. */
    public synchronized void silence() {
        silent = true;
    }

    /** So many heartbeats of consumer groups are lost on their way. */
    public synchronized void loseHeartbeats(int heartbeats) {
        lost = heartbeats;
    }

    /** Whether those are lost by now. */
    public synchronized boolean hasLostAll() {
        return lost == 0;
    }

    /** In whose names it has been asked. */
    public synchronized Set<Principal> principals() {
        return Set.copyOf(principals);
    }

    @Override
    public synchronized <R> Future<R> ask(CoordinatorCommand<R> command, Principal principal) {
        principals.add(principal);
        if (lost > 0 && command instanceof GroupCommand.ConsumerGroupHeartbeat) {
            lost--;
            return Promise.<R>promise().future();
        }
        if (silent) return Promise.<R>promise().future();
        return Future.succeededFuture(groups.ask((GroupCommand<R>) command).get());
    }

    @Override
    public <R> Future<List<R>> askAll(CoordinatorCommand<R> command, Principal principal) {
        return ask(command, principal).map(List::of);
    }

    @Override
    public Future<TopicPartition> coordinatorOf(String topic, String key) {
        return Future.succeededFuture(new TopicPartition(topic, 0));
    }
}
