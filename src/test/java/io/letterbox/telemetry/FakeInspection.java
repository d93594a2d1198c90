package io.letterbox.telemetry;

import io.letterbox.bus.ClusterInspection;
import io.letterbox.bus.ClusterStatus;
import io.vertx.core.Future;
import java.util.List;

/** A cluster of which somebody has said how it is. */
record FakeInspection(List<String> troubles, List<String> reasons) implements ClusterInspection {
    @Override
    public Future<ClusterStatus> status() {
        return Future.succeededFuture(new ClusterStatus(ClusterStatus.NOBODY, List.of(), List.of(), List.of()));
    }

    @Override
    public Future<List<String>> reasonsNotToStop() {
        return Future.succeededFuture(reasons);
    }
}
