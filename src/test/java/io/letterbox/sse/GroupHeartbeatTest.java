package io.letterbox.sse;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.sse.GroupHeartbeat.Idle;
import io.letterbox.sse.GroupHeartbeat.Waiting;
import org.junit.jupiter.api.Test;

class GroupHeartbeatTest {
    private static final int SESSION = 45;

    @Test
    void aMemberThatHasJoinedAsksWhenItIsTime() {
        GroupHeartbeat joined = GroupHeartbeat.joined(10).confirmed(10, 5);

        assertThat(joined).isEqualTo(new Idle(15, 10));
        assertThat(joined.isDue(14)).isFalse();
        assertThat(joined.isDue(15)).isTrue();
        assertThat(joined.isWaiting()).isFalse();
    }

    @Test
    void aQuestionThatIsNotAnsweredIsAskedAgain() {
        GroupHeartbeat waiting = new Idle(15, 10).asked(15);

        assertThat(waiting).isEqualTo(new Waiting(15, 10));
        assertThat(waiting.isWaiting()).isTrue();
        assertThat(waiting.isDue(15 + GroupHeartbeat.RETRY_TICKS - 1)).isFalse();
        assertThat(waiting.isDue(15 + GroupHeartbeat.RETRY_TICKS)).isTrue();
    }

    @Test
    void whereThereIsNoCoordinatorTheNextTickAsksAgain() {
        GroupHeartbeat failed = new Waiting(15, 10).failed(16);

        assertThat(failed).isEqualTo(new Idle(17, 10));
    }

    @Test
    void aSessionCountsFromTheQuestionBecauseTheCoordinatorMayHaveBegunItThen() {
        GroupHeartbeat late = new Waiting(15, 10).confirmed(15, 5);

        // However much later the answer came.
        assertThat(late.isSilent(15 + SESSION, SESSION)).isFalse();
        assertThat(late.isSilent(16 + SESSION, SESSION)).isTrue();
    }

    @Test
    void onlyAnAnswerProlongsASession() {
        GroupHeartbeat asked = new Idle(15, 10).asked(40).failed(41).asked(50);

        assertThat(asked.isSilent(10 + SESSION, SESSION)).isFalse();
        assertThat(asked.isSilent(11 + SESSION, SESSION)).isTrue();
    }

    @Test
    void anEarlierQuestionsAnswerDoesNotShortenASession() {
        GroupHeartbeat twice =
                new Idle(15, 10).asked(15).asked(18).confirmed(18, 1).confirmed(15, 1);

        assertThat(twice.sessionTick()).isEqualTo(18);
    }
}
