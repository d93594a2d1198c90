package io.letterbox.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.kafka.ConnectionState.Closed;
import io.letterbox.kafka.ConnectionState.Closing;
import io.letterbox.kafka.ConnectionState.Decoding;
import io.letterbox.kafka.ConnectionState.Draining;
import io.letterbox.kafka.ConnectionState.Serving;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConnectionStateTest {
    private static final ConnectionState SERVING = new Serving();
    private static final ConnectionState DRAINING = new Draining();
    private static final ConnectionState DECODING = new Decoding(SERVING);
    private static final ConnectionState DECODING_LAST = new Decoding(DRAINING);
    private static final ConnectionState CLOSING = new Closing();
    private static final ConnectionState CLOSED = new Closed();
    private static final List<ConnectionState> ALL =
            List.of(SERVING, DRAINING, DECODING, DECODING_LAST, CLOSING, CLOSED);

    @Test
    void eachStateAllowsWhatItSays() {
        assertThat(ALL.stream().filter(ConnectionState::begins)).containsExactly(SERVING);
        assertThat(ALL.stream().filter(ConnectionState::reads))
                .containsExactly(SERVING, DRAINING, DECODING, DECODING_LAST);
        assertThat(ALL.stream().filter(ConnectionState::isOpen))
                .containsExactly(SERVING, DRAINING, DECODING, DECODING_LAST, CLOSING);
        assertThat(ALL.stream().filter(ConnectionState::drains)).containsExactly(DRAINING, DECODING_LAST);
        assertThat(ConnectionState.SERVING).isEqualTo(SERVING);
    }

    @Test
    void drainingLeadsToTheStateInWhichNothingBegins() {
        assertThat(ALL.stream().map(ConnectionState::drain))
                .containsExactly(DRAINING, DRAINING, DECODING_LAST, DECODING_LAST, CLOSING, CLOSED);
    }

    @Test
    void aFrameIsDecodedElsewhereOnlyWhereItMayBegin() {
        assertThat(SERVING.decodesElsewhere()).isEqualTo(DECODING);
        for (ConnectionState other : ALL.subList(1, ALL.size())) {
            assertThatThrownBy(other::decodesElsewhere).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void whatWasDecodedBelongsToTheStateOfByThen() {
        assertThat(ALL.stream().map(ConnectionState::decoded))
                .containsExactly(SERVING, DRAINING, SERVING, DRAINING, CLOSING, CLOSED);
    }

    @Test
    void nothingLeadsBackFromTheEnd() {
        assertThat(ALL.stream().map(ConnectionState::close))
                .containsExactly(CLOSING, CLOSING, CLOSING, CLOSING, CLOSING, CLOSED);
        assertThat(ALL.stream().map(ConnectionState::closed)).containsOnly(CLOSED);
    }
}
