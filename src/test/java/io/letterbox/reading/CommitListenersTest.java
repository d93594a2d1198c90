package io.letterbox.reading;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.bus.Committed;
import io.letterbox.record.TopicPartition;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CommitListenersTest {
    private static final TopicPartition A = new TopicPartition("t", 0);
    private static final TopicPartition B = new TopicPartition("t", 1);

    private final CommitListeners listeners = new CommitListeners();
    private final List<String> events = new ArrayList<>();

    private static Committed commit(TopicPartition... partitions) {
        List<Committed.Moved> moved = new ArrayList<>();
        for (TopicPartition partition : partitions) moved.add(new Committed.Moved(partition, 10, 9));
        return new Committed(moved);
    }

    /** A listener for somebody who waits, or for nobody. */
    private final class Listener implements CommitListener {
        private final String name;
        private final Waiter waiter;

        Listener(String name, Waiter waiter) {
            this.name = name;
            this.waiter = waiter;
        }

        @Override
        public void moved(Committed.Moved moved) {
            events.add(name + " moved to " + moved.highWatermark() + "/" + moved.lastStableOffset());
        }

        @Override
        public Waiter waiter() {
            return waiter;
        }
    }

    @Test
    void tellsThoseThatListenToWhatMovedAndNobodyElse() {
        listeners.add(A, new Listener("a", null));
        listeners.add(B, new Listener("b", () -> events.add("woken")));
        listeners.onCommitted(commit(A));
        assertThat(events).containsExactly("a moved to 10/9");
        listeners.onCommitted(commit(new TopicPartition("other", 0)));
        assertThat(events).hasSize(1);
    }

    @Test
    void whoWaitsForSeveralPartitionsIsWokenOnceAfterAllWereTold() {
        Waiter waiter = () -> events.add("woken");
        listeners.add(A, new Listener("a", waiter));
        listeners.add(B, new Listener("b", waiter));
        listeners.onCommitted(commit(A, B));
        assertThat(events).containsExactly("a moved to 10/9", "b moved to 10/9", "woken");
        events.clear();
        listeners.wakeAll();
        assertThat(events).containsExactly("woken");
    }

    @Test
    void thoseThatAreWokenMayListenAndStopListening() {
        List<Listener> all = new ArrayList<>();
        for (int number = 0; number < 3; number++) {
            all.add(new Listener("" + number, () -> {
                for (Listener each : all) listeners.remove(A, each);
                listeners.add(B, all.get(0));
            }));
        }
        for (Listener each : all) listeners.add(A, each);
        listeners.onCommitted(commit(A, B));
        assertThat(events).hasSize(3);
        assertThat(listeners.size()).isEqualTo(1);
        events.clear();
        listeners.onCommitted(commit(A, B));
        assertThat(events).containsExactly("0 moved to 10/9");
    }

    @Test
    void addingAndRemovingTwiceCountsOnce() {
        Listener listener = new Listener("a", null);
        listeners.add(A, listener);
        listeners.add(A, listener);
        listeners.add(B, listener);
        assertThat(listeners.size()).isEqualTo(2);
        listeners.remove(A, listener);
        listeners.remove(A, listener);
        assertThat(listeners.size()).isEqualTo(1);
        listeners.onCommitted(commit(A));
        assertThat(events).isEmpty();
    }
}
