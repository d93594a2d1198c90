package io.letterbox.transactions.sim;

import io.letterbox.time.Moment;
import io.letterbox.time.TestClock;
import java.util.PriorityQueue;
import java.util.Random;

/** The simulation: virtual time, random numbers, and pending events. */
final class SimWorld {
    final Random random;
    long nowMs = 1_000_000;

    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private long made;

    /** An event. Events of the same time run in the order of their creation. */
    private record Event(long atMs, long number, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(atMs, other.atMs);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    SimWorld(long seed) {
        this.random = new Random(seed);
    }

    Moment now() {
        return new Moment(nowMs, TestClock.WALL_MS + nowMs);
    }

    void after(long delayMs, Runnable action) {
        events.add(new Event(nowMs + delayMs, made++, action));
    }

    long between(long low, long high) {
        return low + (long) (random.nextDouble() * (high - low + 1));
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    void runUntil(long endMs) {
        while (!events.isEmpty() && events.peek().atMs <= endMs) {
            Event next = events.remove();
            nowMs = next.atMs;
            next.action.run();
        }
        nowMs = endMs;
    }
}
