package io.letterbox.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.bus.Append;
import io.letterbox.bus.Appended;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.record.TopicPartition;
import io.vertx.core.Promise;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PendingAppendsTest {
    private static final TopicPartition ID = new TopicPartition("t", 0);

    private final PendingAppends pending = new PendingAppends();
    private final List<String> answers = new ArrayList<>();

    private Append append(String name) {
        Promise<Appended> done = Promise.promise();
        done.future()
                .onSuccess(reply -> answers.add(name + " " + reply.baseOffset()))
                .onFailure(refusal -> answers.add(name + " " + ((ApiException) refusal).code()));
        return new Append(ID, ByteBuffer.allocate(1), 1, null, done);
    }

    private static Appended at(long baseOffset) {
        return new Appended(baseOffset, -1, 0, false);
    }

    private static ApiException refusal(ErrorCode code) {
        return new ApiException(code, "No.");
    }

    private void answerUpTo(long highWatermark) {
        Acknowledgements given = new Acknowledgements();
        pending.answerUpTo(highWatermark, given);
        given.send();
    }

    @Test
    void eachIsAnsweredWhenWhatItsAnswerRestsOnIsCommitted() {
        pending.add(3, at(0), append("first"));
        pending.addRefusal(3, refusal(ErrorCode.OUT_OF_ORDER_SEQUENCE), append("gap"));
        pending.add(5, at(3), append("second"));
        answerUpTo(2);
        assertThat(answers).isEmpty();
        answerUpTo(3);
        assertThat(answers).containsExactly("first 0", "gap OUT_OF_ORDER_SEQUENCE");
        answerUpTo(7);
        assertThat(answers).endsWith("second 3").hasSize(3);
    }

    @Test
    void aRepetitionDoesNotWaitForLaterBatches() {
        pending.add(3, at(0), append("first"));
        pending.add(5, at(3), append("second"));
        pending.addRepetition(5, at(3), append("second again"));
        pending.addRepetition(3, at(0), append("first again"));
        answerUpTo(3);
        assertThat(answers).containsExactly("first 0", "first again 0");
        answerUpTo(5);
        assertThat(answers).endsWith("second 3", "second again 3").hasSize(4);
    }

    @Test
    void nobodyIsToldAReasonThatWasCut() {
        pending.add(3, at(0), append("first"));
        pending.addRefusal(3, refusal(ErrorCode.INVALID_PRODUCER_EPOCH), append("fenced"));
        pending.addRepetition(3, at(0), append("first again"));
        pending.failAll(refusal(ErrorCode.NOT_LEADER));
        assertThat(answers).containsExactly("first NOT_LEADER", "fenced NOT_LEADER", "first again NOT_LEADER");
        answerUpTo(9);
        assertThat(answers).hasSize(3);
    }
}
