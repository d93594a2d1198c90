package io.letterbox.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import org.apache.kafka.common.internals.Topic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicNameTest {
    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a/b", "../a", "a\\b", "a b", "ä", "a\u0000", "a:b", "%2e%2e", "a\n"})
    void refusesWhatIsNoName(String name) {
        assertThat(TopicName.isValid(name)).isEqualTo(Topic.isValid(name)).isFalse();
        assertThatThrownBy(() -> TopicName.check(name)).isInstanceOf(ApiException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "...", "A.b_c-9", "__consumer_offsets", ".a", "-"})
    void takesWhatKafkaTakes(String name) {
        assertThat(TopicName.isValid(name)).isEqualTo(Topic.isValid(name)).isTrue();
        TopicName.check(name);
    }

    @Test
    void hasALongestName() {
        assertThat(TopicName.isValid("x".repeat(249))).isTrue();
        assertThat(TopicName.isValid("x".repeat(250))).isFalse();
        assertThat(TopicName.isValid(null)).isFalse();
    }

    @Test
    void knowsItsOwnTopics() {
        assertThat(TopicName.isInternal("__consumer_offsets")).isTrue();
        assertThat(TopicName.isInternal("__transaction_state")).isTrue();
        assertThat(TopicName.isInternal("__debezium-heartbeat.shop")).isFalse();
        assertThatThrownBy(() -> TopicName.checkOwnedByClients("__consumer_offsets"))
                .isInstanceOfSatisfying(ApiException.class, refusal -> assertThat(refusal.code())
                        .isEqualTo(ErrorCode.INVALID_TOPIC));
        TopicName.checkOwnedByClients("_mine");
    }
}
