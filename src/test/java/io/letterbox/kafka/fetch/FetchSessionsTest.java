package io.letterbox.kafka.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.kafka.fetch.FetchSessions.ResolvedFetch;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchRequestData.ForgottenTopic;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class FetchSessionsTest {
    private static final short BY_NAME = 12;
    private static final short BY_ID = 13;
    private static final Uuid ID = new Uuid(1, 2);

    private final Object client = new Object();
    private final List<PartitionWait> dropped = new ArrayList<>();
    private int nextId = 40;
    private final FetchSessions sessions = new FetchSessions(2, 5, () -> nextId++, dropped::add);

    private static FetchRequestData request(int session, int epoch, int... partitions) {
        FetchTopic topic = new FetchTopic().setTopic("t").setTopicId(ID);
        for (int partition : partitions) {
            topic.partitions()
                    .add(new FetchRequestData.FetchPartition()
                            .setPartition(partition)
                            .setFetchOffset(10L * partition)
                            .setPartitionMaxBytes(100));
        }
        return new FetchRequestData()
                .setSessionId(session)
                .setSessionEpoch(epoch)
                .setTopics(List.of(topic));
    }

    private static FetchRequestData forgetting(FetchRequestData request, Integer... partitions) {
        return request.setForgottenTopicsData(
                List.of(new ForgottenTopic().setTopic("t").setTopicId(ID).setPartitions(List.of(partitions))));
    }

    private ResolvedFetch open(FetchRequestData request) {
        return sessions.open(request, BY_NAME, client, 0);
    }

    private static List<Integer> numbers(ResolvedFetch wanted) {
        return wanted.partitions().stream()
                .map(partition -> partition.key().partition())
                .toList();
    }

    @Test
    void remembersWhatWasAskedForAndTakesChanges() {
        ResolvedFetch first = open(request(0, 0, 1, 2));
        assertThat(first.incremental()).isFalse();
        int id = first.session().id();
        ResolvedFetch same = open(request(id, 1));
        assertThat(same.incremental()).isTrue();
        assertThat(numbers(same)).containsExactly(1, 2);
        ResolvedFetch changed = open(forgetting(request(id, 2, 3, 2), 1));
        assertThat(numbers(changed)).containsExactly(2, 3);
        assertThat(dropped).containsExactly(first.partitions().get(0));
        assertThat(sessions.partitions()).isEqualTo(2);
    }

    @Test
    void servedPartitionsComeLast() {
        ResolvedFetch first = open(request(0, 0, 1, 2, 3));
        first.session().moveBack(List.of(first.partitions().get(0)));
        assertThat(numbers(open(request(first.session().id(), 1)))).containsExactly(2, 3, 1);
    }

    @Test
    void anEpochThatDoesNotFollowIsRefused() {
        int id = open(request(0, 0, 1)).session().id();
        assertThat(open(request(id, 2)).refusal()).isEqualTo(Errors.INVALID_FETCH_SESSION_EPOCH);
        assertThat(open(request(id, 1)).refusal()).isEqualTo(Errors.NONE);
        assertThat(open(request(id, 1)).refusal()).as("again").isEqualTo(Errors.INVALID_FETCH_SESSION_EPOCH);
    }

    @Test
    void theEpochBeginsAnewAfterTheGreatest() {
        FetchSession session = open(request(0, 0, 1)).session();
        for (int epoch = 1; epoch < 4; epoch++) open(request(session.id(), epoch));
        assertThat(session.epoch()).isEqualTo(4);
        session.setEpoch(Integer.MAX_VALUE);
        assertThat(open(request(session.id(), Integer.MAX_VALUE)).refusal()).isEqualTo(Errors.NONE);
        assertThat(session.epoch()).isEqualTo(1);
    }

    @Test
    void unknownSessionsAndThoseOfOthersAreNotFound() {
        int id = open(request(0, 0, 1)).session().id();
        assertThat(open(request(99, 1)).refusal()).isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND);
        assertThat(sessions.open(request(id, 1), BY_NAME, new Object(), 0).refusal())
                .isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND);
        sessions.open(request(id, -1), BY_NAME, new Object(), 0);
        assertThat(sessions.find(id)).as("nobody else closes it").isNotNull();
    }

    @Test
    void namesAndIdsAreNotMixed() {
        int id = open(request(0, 0, 1)).session().id();
        assertThat(sessions.open(request(id, 1), BY_ID, client, 0).refusal())
                .isEqualTo(Errors.FETCH_SESSION_TOPIC_ID_ERROR);
        ResolvedFetch byId = sessions.open(request(0, 0, 1), BY_ID, client, 0);
        assertThat(byId.partitions().get(0).key().topic()).isNull();
        assertThat(byId.partitions().get(0).key().topicId()).isEqualTo(ID);
    }

    @Test
    void aWholeRequestEndsTheSessionThatItNames() {
        int id = open(request(0, 0, 1)).session().id();
        assertThat(open(request(id, -1, 1)).session()).isNull();
        assertThat(sessions.size()).isZero();
        int second = open(request(0, 0, 1)).session().id();
        ResolvedFetch third = open(request(second, 0, 1, 2));
        assertThat(third.session().id()).isNotEqualTo(second);
        assertThat(sessions.size()).isEqualTo(1);
        assertThat(sessions.partitions()).isEqualTo(2);
    }

    @Test
    void aSessionWithoutPartitionsEnds() {
        int id = open(request(0, 0, 1)).session().id();
        ResolvedFetch none = open(forgetting(request(id, 1), 1));
        assertThat(none.session()).isNull();
        assertThat(none.refusal()).isEqualTo(Errors.NONE);
        assertThat(sessions.size()).isZero();
        assertThat(open(request(0, 0)).session()).as("nothing to remember").isNull();
    }

    @Test
    void whenAllPlacesAreTakenOnlyALongUnusedSessionGivesWay() {
        int first = open(request(0, 0, 1)).session().id();
        int second = open(request(0, 0, 2)).session().id();
        assertThat(open(request(0, 0, 3)).session()).as("all are in use").isNull();
        long later = FetchLimits.SESSION_SAFE_MS;
        sessions.open(request(first, 1), BY_NAME, client, later - 1);
        ResolvedFetch third = sessions.open(request(0, 0, 3), BY_NAME, client, later);
        assertThat(third.session()).isNotNull();
        assertThat(sessions.find(second)).isNull();
        assertThat(sessions.find(first)).isNotNull();
        assertThat(dropped).hasSize(1);
        assertThat(sessions.partitions()).isEqualTo(2);
    }

    @Test
    void thePartitionsOfAllTogetherAreLimited() {
        int first = open(request(0, 0, 1, 2, 3)).session().id();
        assertThat(open(request(0, 0, 1, 2, 3)).session()).isNull();
        assertThat(open(request(first, 1, 4, 5, 6)).refusal()).isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND);
        assertThat(sessions.partitions()).isZero();
        assertThat(dropped).hasSize(6);
    }

    @Test
    void aPartitionThatIsNamedTwiceIsOne() {
        ResolvedFetch wanted = open(request(0, -1, 1, 1, 2));
        assertThat(numbers(wanted)).containsExactly(1, 2);
    }

    @Test
    void aClosedSessionTakesItsActionBack() {
        FetchSession session = open(request(0, 0, 1)).session();
        List<String> actions = new ArrayList<>();
        session.setOnClosed(() -> actions.add("taken back"));
        sessions.close(session);
        sessions.close(session);
        assertThat(actions).containsExactly("taken back");
        assertThat(sessions.partitions()).isZero();
    }
}
