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

    private final Vertx vertx;
    private Set<Endpoint> addresses = Set.of();
    private List<String> unknown = List.of();
    private boolean resolving;

    SeedAddresses(Vertx vertx) {
        this.vertx = vertx;
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
    void resolve(Collection<Endpoint> names) {
        if (resolving) return;
        resolving = true;
        List<Endpoint> asked = List.copyOf(names);
        vertx.executeBlocking(() -> look(asked), false).onComplete(done -> {
            resolving = false;
            if (done.failed()) return;
            addresses = done.result().addresses();
            unknown = done.result().unknown();
        });
    }

    private static Resolved look(List<Endpoint> names) {
        Set<Endpoint> found = new LinkedHashSet<>();
        List<String> unknown = new ArrayList<>();
        for (Endpoint name : names) {
            try {
                for (InetAddress address : InetAddress.getAllByName(name.host())) {
                    if (found.size() < MAX_ADDRESSES) found.add(new Endpoint(address.getHostAddress(), name.port()));
                }
            } catch (UnknownHostException e) {
                unknown.add(name.host());
            }
        }
        return new Resolved(found, unknown);
    }
}
