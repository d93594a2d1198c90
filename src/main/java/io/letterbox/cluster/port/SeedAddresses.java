package io.letterbox.cluster.port;

import io.letterbox.metadata.Endpoint;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The addresses behind names. A name may lead to several nodes (a headless service), and to others later. Owned by one
 * event loop; names are resolved on a worker, one time after the other.
 */
final class SeedAddresses {
    /** More are left out: a name that leads to so many is not that of a cluster. */
    static final int MAX_ADDRESSES = 256;

    /** Finds the addresses behind a name. Blocks. */
    @FunctionalInterface
    interface Names {
        InetAddress[] find(String host) throws UnknownHostException;
    }

    private final Vertx vertx;
    private final Names names;
    private Set<Endpoint> addresses = Set.of();
    private List<String> unknown = List.of();
    private boolean resolving;

    SeedAddresses(Vertx vertx, Names names) {
        this.vertx = vertx;
        this.names = names;
    }

    private record Resolved(Set<Endpoint> addresses, List<String> unknown) {}

    /** What was found last. */
    Set<Endpoint> addresses() {
        return addresses;
    }

    /** The names that led to no address. */
    List<String> unknown() {
        return unknown;
    }

    /** Looks the names up, unless that still goes on. */
    void resolve(Collection<Endpoint> seeds) {
        if (resolving) return;
        resolving = true;
        List<Endpoint> asked = List.copyOf(seeds);
        vertx.executeBlocking(() -> look(asked), false).onComplete(done -> {
            resolving = false;
            if (done.failed()) return;
            addresses = done.result().addresses();
            unknown = done.result().unknown();
        });
    }

    private Resolved look(List<Endpoint> seeds) {
        Set<Endpoint> found = new LinkedHashSet<>();
        List<String> unknown = new ArrayList<>();
        for (Endpoint seed : seeds) {
            try {
                for (InetAddress address : names.find(seed.host())) {
                    if (found.size() < MAX_ADDRESSES) found.add(new Endpoint(address.getHostAddress(), seed.port()));
                }
            } catch (UnknownHostException e) {
                unknown.add(seed.host());
            }
        }
        return new Resolved(found, unknown);
    }
}
