package io.letterbox.sse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.record.TopicPartition;
import io.letterbox.sse.GroupStreamState.Ended;
import io.letterbox.sse.GroupStreamState.Fetching;
import io.letterbox.sse.GroupStreamState.Reading;
import io.letterbox.sse.GroupStreamState.Revoking;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class GroupStreamStateTest {
    private static final TopicPartition P = new TopicPartition("t", 0);
    private static final SortedSet<TopicPartition> MORE = Collections.unmodifiableSortedSet(new TreeSet<>(Set.of(P)));
    private static final SortedMap<TopicPartition, Long> STOPPED =
            Collections.unmodifiableSortedMap(new TreeMap<>(Collections.singletonMap(P, 5L)));

    private static final GroupStreamState READING = new Reading(1, false);
    private static final GroupStreamState LEAVING = new Reading(1, true);
    private static final GroupStreamState FETCHING = new Fetching(1, false, MORE);
    private static final GroupStreamState FETCHING_LAST = new Fetching(1, true, MORE);
    private static final GroupStreamState GIVING = new Revoking(1, false, STOPPED, 7);
    private static final GroupStreamState GIVING_LAST = new Revoking(1, true, STOPPED, 7);
    private static final GroupStreamState ENDED = new Ended(1);
    private static final List<GroupStreamState> ALL =
            List.of(READING, LEAVING, FETCHING, FETCHING_LAST, GIVING, GIVING_LAST, ENDED);

    @Test
    void eachStateAllowsWhatItSays() {
        assertThat(ALL.stream().filter(GroupStreamState::follows)).containsExactly(READING);
        assertThat(ALL.stream().filter(GroupStreamState::isOpen))
                .containsExactly(READING, LEAVING, FETCHING, FETCHING_LAST, GIVING, GIVING_LAST);
        assertThat(ALL.stream().filter(GroupStreamState::retires))
                .containsExactly(LEAVING, FETCHING_LAST, GIVING_LAST, ENDED);
        assertThat(GroupStreamState.JOINED.follows()).isTrue();
    }

    @Test
    void partitionsAreTakenOnlyByAStreamThatStaysAndHasNothingElseToDo() {
        assertThat(READING.assign(MORE)).isEqualTo(FETCHING);
        for (GroupStreamState other : ALL.subList(1, ALL.size())) {
            assertThatThrownBy(() -> other.assign(MORE)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void partitionsAreGivenUpByAStreamThatHasNothingElseToDo() {
        assertThat(READING.revoke(STOPPED, 7)).isEqualTo(GIVING);
        assertThat(LEAVING.revoke(STOPPED, 7)).isEqualTo(GIVING_LAST);
        for (GroupStreamState other : ALL.subList(2, ALL.size())) {
            assertThatThrownBy(() -> other.revoke(STOPPED, 7)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void whatIsDoneLeadsBackToReading() {
        assertThat(ALL.stream().map(GroupStreamState::settled))
                .containsExactly(READING, LEAVING, READING, LEAVING, READING, LEAVING, ENDED);
    }

    @Test
    void whoIsFencedReadsNothingAsAnotherMember() {
        GroupStreamState again = new Reading(2, false);
        GroupStreamState last = new Reading(2, true);
        assertThat(ALL.stream().map(GroupStreamState::onFenced))
                .containsExactly(again, last, again, last, again, last, ENDED);
    }

    @Test
    void whoRetiresGoesOnWithWhatIsUnderWay() {
        assertThat(ALL.stream().map(GroupStreamState::retire))
                .containsExactly(LEAVING, LEAVING, FETCHING_LAST, FETCHING_LAST, GIVING_LAST, GIVING_LAST, ENDED);
    }

    @Test
    void theEndIsTheEnd() {
        assertThat(ALL.stream().map(GroupStreamState::end)).containsOnly(ENDED);
    }
}
