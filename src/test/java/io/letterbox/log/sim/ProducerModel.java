package io.letterbox.log.sim;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The expected states of a log's producers, computed from all appended batches. A crash removes events from the end;
 * the model keeps no other state, so it cannot get out of step.
 */
public final class ProducerModel {
    /** A batch in the log; a marker if {@code values} is empty. */
    public record Event(
            long base,
            long next,
            long producer,
            short epoch,
            int sequence,
            boolean transactional,
            Marker marker,
            List<String> values) {}

    public record Marker(boolean commit, int coordinatorEpoch) {}

    public record Batch(int sequence, long base, long last) {}

    /** The expected state of a producer. */
    public static final class State {
        public short epoch;
        public int coordinatorEpoch = -1;
        public long transactionStart = -1;
        public final List<Batch> batches = new ArrayList<>();

        public int nextSequence() {
            if (batches.isEmpty()) return 0;
            Batch newest = batches.get(batches.size() - 1);
            return (int) (newest.sequence + (newest.last - newest.base) + 1 & Integer.MAX_VALUE);
        }
    }

    public final List<Event> events = new ArrayList<>();

    public long end() {
        return events.isEmpty() ? 0 : events.get(events.size() - 1).next();
    }

    public void truncate(long end) {
        events.removeIf(event -> event.next() > end);
    }

    public Map<Long, State> states() {
        Map<Long, State> states = new HashMap<>();
        for (Event event : events) {
            if (event.producer() < 0) continue;
            State state = states.computeIfAbsent(event.producer(), id -> new State());
            if (state.epoch != event.epoch()) state.batches.clear();
            state.epoch = event.epoch();
            if (event.marker() != null) {
                state.transactionStart = -1;
                state.coordinatorEpoch = event.marker().coordinatorEpoch();
                continue;
            }
            state.batches.add(new Batch(event.sequence(), event.base(), event.next() - 1));
            if (state.batches.size() > 5) state.batches.remove(0);
            if (event.transactional() && state.transactionStart < 0) state.transactionStart = event.base();
        }
        return states;
    }

    /** The offset of the oldest undecided record, or the end. */
    public long stable() {
        return states().values().stream()
                .mapToLong(state -> state.transactionStart)
                .filter(start -> start >= 0)
                .min()
                .orElse(end());
    }

    /** The offset of the oldest record that is not decided by what lies below an offset, or that. */
    public long stable(long highWatermark) {
        ProducerModel safe = new ProducerModel();
        for (Event event : events) if (event.next() <= highWatermark) safe.events.add(event);
        return safe.stable();
    }

    /** The records of a range that a reader of committed records sees, by offset. */
    public TreeMap<Long, String> committed(long from, long upTo) {
        TreeMap<Long, String> seen = new TreeMap<>();
        Map<Long, List<Event>> open = new HashMap<>();
        for (Event event : events) {
            if (event.marker() != null) {
                List<Event> transaction = open.remove(event.producer());
                if (transaction != null && event.marker().commit()) transaction.forEach(data -> put(seen, data));
            } else if (event.transactional()) {
                open.computeIfAbsent(event.producer(), id -> new ArrayList<>()).add(event);
            } else {
                put(seen, event);
            }
        }
        return new TreeMap<>(seen.subMap(from, upTo));
    }

    private static void put(TreeMap<Long, String> seen, Event event) {
        for (int i = 0; i < event.values().size(); i++)
            seen.put(event.base() + i, event.values().get(i));
    }
}
