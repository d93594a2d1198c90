package io.letterbox.rest;

import io.letterbox.access.Principal;
import io.letterbox.groups.GroupView;
import io.letterbox.ingress.DoorServices;
import io.letterbox.rest.GroupLags.PartitionLag;
import io.letterbox.telemetry.GroupLag;
import io.letterbox.time.Clock;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Collects the lags of all groups for the metrics when they are scraped. Owned by one event loop. */
public final class GroupLagCollector {
    /** Timestamps that are read from the log in one collection; the others are read by the next ones. */
    private static final int MAX_READS = 200;

    /** A scrape goes on without the groups if a shard does not answer within this time. */
    private static final long LIMIT_MS = 2000;

    /** Groups of each coordinator that are collected at once. */
    private static final int EACH = 32;

    private final DoorServices backend;
    private final GroupLags lags;

    private Future<Void> running;

    /** @param backend the services that all event loops share */
    public GroupLagCollector(DoorServices backend) {
        this.backend = backend;
        // Each node of a cluster shows the groups that it coordinates, so that sums over nodes count none twice.
        this.lags = new GroupLags(backend, backend.coordinators().local());
    }

    /** Updates the metrics of the groups; never fails. */
    public Future<Void> update() {
        if (running != null) return running;
        Survey found = new Survey();
        Future<Void> survey = measureFrom(null, found)
                .compose(done -> lags.count(Principal.SERVER))
                .timeout(LIMIT_MS, TimeUnit.MILLISECONDS)
                .transform(count -> {
                    // A gap in the graph is right here: the former values would be taken for current ones.
                    if (count.failed()) backend.meters().groups(List.of(), 0);
                    else backend.meters().groups(found.groups, count.result() - found.groups.size());
                    return Future.succeededFuture();
                });
        running = survey;
        survey.onComplete(done -> running = null);
        return survey;
    }

    /** What one collection has found so far. */
    private static final class Survey {
        private final List<GroupLag> groups = new ArrayList<>();
        private int reads;
        private int room = GroupLag.MAX_PARTITIONS;
    }

    private Future<Void> measureFrom(String after, Survey survey) {
        return lags.page(after, "", EACH, Principal.SERVER).compose(page -> measure(page.items(), survey)
                .compose(done -> page.next() == null || survey.room <= 0
                        ? Future.succeededFuture()
                        : measureFrom(page.next(), survey)));
    }

    private Future<Void> measure(List<GroupView> groups, Survey survey) {
        return lags.of(groups).compose(all -> measure(groups, all, survey));
    }

    private Future<Void> measure(List<GroupView> groups, List<List<PartitionLag>> lagsOf, Survey survey) {
        long wallMs = Clock.system().wallMs();
        List<Future<GroupLag>> measured = new ArrayList<>();
        for (int index = 0; index < groups.size(); index++) {
            GroupView group = groups.get(index);
            List<PartitionLag> partitions = lagsOf.get(index);
            partitions.removeIf(lag -> lag.committed() == null);
            if (partitions.size() > survey.room) continue;
            survey.room -= Math.max(1, partitions.size());
            List<Future<Double>> seconds = new ArrayList<>();
            for (PartitionLag lag : partitions) {
                boolean known = lags.isTimeKnown(lag);
                if (!known) survey.reads++;
                boolean asked = known || survey.reads <= MAX_READS;
                seconds.add(asked ? lags.seconds(lag, wallMs) : Future.succeededFuture());
            }
            measured.add(Future.all(seconds).map(all -> shown(group, partitions, all.list())));
        }
        return Future.all(measured).map(all -> {
            survey.groups.addAll(all.<GroupLag>list());
            return null;
        });
    }

    private static GroupLag shown(GroupView group, List<PartitionLag> partitions, List<Double> seconds) {
        List<GroupLag.Progress> progress = new ArrayList<>(partitions.size());
        for (int index = 0; index < partitions.size(); index++) {
            PartitionLag lag = partitions.get(index);
            progress.add(new GroupLag.Progress(
                    lag.partition(), lag.committed().offset(), lag.records(), seconds.get(index)));
        }
        return new GroupLag(group.id(), group.members().size(), progress);
    }
}
