package io.letterbox.bus;

import io.vertx.core.Future;
import java.util.List;

/** How the nodes of the cluster are, by asking them. Safe from any thread; futures complete on the caller's context. */
public interface ClusterInspection {
    /** Of a server that stands alone. */
    ClusterInspection ALONE = new ClusterInspection() {
        @Override
        public Future<ClusterStatus> status() {
            return Future.succeededFuture(null);
        }

        @Override
        public Future<List<String>> reasonsNotToStop() {
            return Future.succeededFuture(
                    List.of("This server stands alone: while it is stopped nobody can read or publish."));
        }

        @Override
        public List<String> troubles() {
            return List.of();
        }
    };

    /**
     * Asks all nodes how they are. Those that do not answer within two seconds are named in the answer; it never fails
     * for their sake.
     *
     * @return null on a server that stands alone
     */
    Future<ClusterStatus> status();

    /**
     * Asks all nodes whether this one may be stopped: why not, in sentences. Empty if every shard keeps a majority and
     * what its topics demand of {@code min.insync.replicas}; only replicas count whose nodes answered within two
     * seconds and are ready, and which have everything.
     */
    Future<List<String>> reasonsNotToStop();

    /** What is wrong as far as this node knows by itself, in sentences; empty if all is well. Asks nobody. */
    List<String> troubles();
}
