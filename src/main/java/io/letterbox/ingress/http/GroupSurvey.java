package io.letterbox.ingress.http;

import io.letterbox.groups.GroupView;
import io.letterbox.ingress.http.GroupLags.PartitionLag;
import io.letterbox.telemetry.GroupLag;
import io.letterbox.time.Clock;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Looks at all groups for the meters, when somebody scrapes them. Owned by one event loop. */
public final class GroupSurvey {
    /** Records of which the time is read in one survey; those of the others come with the next ones. */
    private static final int MAX_READS = 200;

    /** A scrape goes on without the groups where a shard does not answer in this time. */
    private static final long LIMIT_MS = 2000;

    private final Backend backend;
    private final GroupLags lags;
    private Future<Void> running;

    /** @param backend what all loops share */
    public GroupSurvey(Backend backend) {
        this.backend = backend;
        this.lags = new GroupLags(backend);
    }

    /** Shows the meters how the groups are doing now; never fails. */
    public Future<Void> update() {
        if (running != null) return running;
        Future<Void> survey = lags.views()
                .compose(this::measure)
                .timeout(LIMIT_MS, TimeUnit.MILLISECONDS)
                // Nothing is better than what was true once.
                .otherwise(List.of())
                .map(groups -> {
                    backend.meters().groups(groups);
                    return null;
                });
        running = survey;
        survey.onComplete(done -> running = null);
        return survey;
    }

    private Future<List<GroupLag>> measure(List<GroupView> groups) {
        groups.sort(Comparator.comparing(GroupView::id));
        long wallMs = Clock.system().wallMs();
        int reads = 0;
        List<Future<GroupLag>> measured = new ArrayList<>();
        for (GroupView group : groups) {
            List<PartitionLag> partitions = lags.of(group);
            partitions.removeIf(lag -> lag.committed() == null);
            List<Future<Double>> seconds = new ArrayList<>();
            for (PartitionLag lag : partitions) {
                boolean known = lags.isTimeKnown(lag);
                if (!known) reads++;
                seconds.add(known || reads <= MAX_READS ? lags.seconds(lag, wallMs) : Future.succeededFuture());
            }
            measured.add(Future.all(seconds).map(all -> shown(group, partitions, all.list())));
        }
        return Future.all(measured).map(all -> all.<GroupLag>list());
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
