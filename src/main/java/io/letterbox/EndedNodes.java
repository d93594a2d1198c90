package io.letterbox;

import io.letterbox.access.Principal;
import io.letterbox.bus.Coordinators;
import io.letterbox.groups.GroupCommand;
import io.vertx.core.Vertx;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the coordinators of groups on this node of nodes that have ended: the streams that were members there give
 * their partitions up at once, to those that took their clients in. Again each second, because coordinators move to
 * other nodes when one ends.
 */
final class EndedNodes implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EndedNodes.class);
    private static final long REPEAT_MS = 1_000;

    private final Vertx vertx;
    private final Supplier<Set<Integer>> ended;
    private final Coordinators local;
    private final long timer;

    /**
     * @param ended the nodes that have ended lately
     * @param local this node's coordinators
     */
    EndedNodes(Vertx vertx, Supplier<Set<Integer>> ended, Coordinators local) {
        this.vertx = vertx;
        this.ended = ended;
        this.local = local;
        this.timer = vertx.setPeriodic(REPEAT_MS, fired -> tell());
    }

    private void tell() {
        for (int node : ended.get()) {
            local.askAll(new GroupCommand.NodeEnded(node), Principal.SERVER)
                    .onFailure(later -> LOG.debug("The end of node {} is told again: {}", node, later.toString()));
        }
    }

    @Override
    public void close() {
        vertx.cancelTimer(timer);
    }
}
