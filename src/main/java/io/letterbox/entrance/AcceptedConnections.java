package io.letterbox.entrance;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The connections of one server, and the choice of those to close. A connection is silent until its first whole
 * request. If there is no room, those that have been silent longest are closed first, so that a client that opens
 * connections and sends nothing keeps no other client out; but none is closed for that in its first second, in which
 * thousands may come back at once behind one balancer. If there is room, an address with many silent connections loses
 * one only after ten seconds: clients that start together on one machine open hundreds of connections, and may take
 * seconds to use them all.
 *
 * @param <G> a connection, by identity
 */
final class AcceptedConnections<G> {
    /** The time that a connection has for its first whole request. */
    static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** The time for which a connection is not closed to make room, unless its address has more than the new one's. */
    static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** The time for which a connection stays if there is room but its address has too many silent ones. */
    static final long ROOMY_GRACE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final DoorLimits limits;
    private final Map<G, Address> open = new HashMap<>();

    /** The time at which each one was accepted, in that order. */
    private final LinkedHashMap<G, Long> silent = new LinkedHashMap<>();

    private final Map<InetAddress, Address> addresses = new HashMap<>();

    private final class Address {
        private final InetAddress address;
        private final Set<G> silent = new LinkedHashSet<>();
        private int open;

        private Address(InetAddress address) {
            this.address = address;
        }
    }

    AcceptedConnections(DoorLimits limits) {
        this.limits = limits;
    }

    /**
     * Admits a connection, or refuses it.
     *
     * @param filesLeft whether the process can spare another descriptor
     * @return the connections to close, which are counted no more; the new one itself if it is refused
     */
    List<G> admit(G connection, InetAddress from, long nowNanos, boolean filesLeft) {
        Address address = addresses.computeIfAbsent(from, Address::new);
        List<G> leaving = new ArrayList<>(1);
        boolean ownFull = limits.maxPerAddress() > 0 && address.open >= limits.maxPerAddress();
        boolean ownSilent = address.silent.size() >= limits.maxSilentPerAddress();
        if (ownFull || ownSilent) {
            G oldest = first(address.silent);
            long grace = ownFull ? GRACE_NANOS : ROOMY_GRACE_NANOS;
            if (oldest != null && silentFor(oldest, nowNanos) >= grace) leaving.add(oldest);
            else if (ownFull) leaving.add(connection);
        }
        if (leaving.isEmpty() && (open.size() >= limits.maxConnections() || !filesLeft)) {
            G oldest = replaceable(address, nowNanos);
            leaving.add(oldest == null ? connection : oldest);
        }
        leaving.forEach(this::remove);
        if (leaving.contains(connection)) {
            forget(address);
        } else {
            // The address may have been forgotten with the connection that was closed.
            Address own = addresses.computeIfAbsent(from, Address::new);
            own.open++;
            own.silent.add(connection);
            open.put(connection, own);
            silent.put(connection, nowNanos);
        }
        return leaving;
    }

    /** The connection to close in favour of an address; null if there is none. */
    private G replaceable(Address newcomer, long nowNanos) {
        G oldest = first(silent.keySet());
        if (oldest == null || silentFor(oldest, nowNanos) >= GRACE_NANOS) return oldest;
        Address most = newcomer;
        for (Address address : addresses.values()) {
            if (address.silent.size() > most.silent.size()) most = address;
        }
        // All are young: one of the address with the most, as long as that evens them out.
        return most.silent.size() > newcomer.silent.size() + 1 ? first(most.silent) : null;
    }

    private long silentFor(G connection, long nowNanos) {
        return nowNanos - silent.get(connection);
    }

    private static <T> T first(Set<T> set) {
        return set.isEmpty() ? null : set.iterator().next();
    }

    /** Notes that a connection has sent a whole request. */
    void onFirstRequest(G connection) {
        if (silent.remove(connection) != null) open.get(connection).silent.remove(connection);
    }

    /** Removes a connection that has been closed. */
    void remove(G connection) {
        Address address = open.remove(connection);
        if (address == null) return;
        silent.remove(connection);
        address.silent.remove(connection);
        address.open--;
        forget(address);
    }

    private void forget(Address address) {
        if (address.open == 0) addresses.remove(address.address, address);
    }

    /** Removes and returns the connections that have been silent for too long. */
    List<G> overdue(long nowNanos) {
        List<G> overdue = new ArrayList<>();
        for (Map.Entry<G, Long> connection : silent.entrySet()) {
            if (nowNanos - connection.getValue() < SILENCE_NANOS) break;
            overdue.add(connection.getKey());
        }
        overdue.forEach(this::remove);
        return overdue;
    }

    int open() {
        return open.size();
    }

    int silent() {
        return silent.size();
    }

    /** The number of addresses. */
    int addresses() {
        return addresses.size();
    }
}
