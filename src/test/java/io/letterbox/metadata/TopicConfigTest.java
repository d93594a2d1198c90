package io.letterbox.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TopicConfigTest {
    @ParameterizedTest
    @EnumSource(TopicConfigKey.class)
    void everyDefaultIsCanonicalAndAllowed(TopicConfigKey key) {
        assertThat(key.canonical(key.defaultValue())).isEqualTo(key.defaultValue());
        assertThat(TopicConfigKey.of(key.key())).contains(key);
        assertThat(key.doc()).endsWith(".");
    }

    @Test
    void aTopicThatSaysNothingGetsTheServersDefaultsThenTheTables() {
        TopicConfig config = new TopicConfig(Map.of(), Map.of("retention.ms", "5000"));
        assertThat(config.retentionMs()).isEqualTo(5000);
        assertThat(config.segmentBytes()).isEqualTo(1 << 30);
        assertThat(config.overrides()).isEmpty();
    }

    @Test
    void whatIsSetForTheTopicWins() {
        TopicConfig config = new TopicConfig(
                Map.of("retention.ms", " -1 ", "flush", "OS", "cleanup.policy", "delete, compact"),
                Map.of("retention.ms", "5000"));
        assertThat(config.retentionMs()).isEqualTo(-1);
        assertThat(config.flush()).isEqualTo(TopicConfig.FlushPolicy.OS);
        assertThat(config.compact()).isTrue();
        assertThat(config.delete()).isTrue();
        assertThat(config.overrides())
                .containsExactly(
                        Map.entry("cleanup.policy", "compact,delete"),
                        Map.entry("flush", "os"),
                        Map.entry("retention.ms", "-1"));
    }

    @ParameterizedTest
    @CsvSource({
        "retentionms, retention.ms",
        "retention_bytes, retention.bytes",
        "cleanup.polciy, cleanup.policy",
        "flush.interval, flush.interval.ms",
        "min.insync.replica, min.insync.replicas"
    })
    void anUnknownKeyIsAnsweredWithTheNearestOne(String wrong, String right) {
        assertThatThrownBy(() -> new TopicConfig(Map.of(wrong, "1")))
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_CONFIG))
                .hasMessageContaining("'" + wrong + "'")
                .hasMessageContaining("'" + right + "'");
    }

    @ParameterizedTest
    @CsvSource({
        "retention.ms, -2, from -1 to 9223372036854775807",
        "retention.ms, soon, from -1",
        "retention.ms, 99999999999999999999, from -1",
        "segment.bytes, 1, from 16384 to 2147483647",
        "segment.bytes, 2147483648, from 16384 to 2147483647",
        "min.cleanable.dirty.ratio, 1.1, from 0 to 1",
        "min.cleanable.dirty.ratio, NaN, from 0 to 1",
        "cleanup.policy, 'delete,', one or more of",
        "cleanup.policy, burn, one or more of",
        "flush, never, 'one of sync, interval, os'",
        "compression.type, brotli, one of producer",
        "message.timestamp.type, '', one of CreateTime"
    })
    void aWrongValueIsAnsweredWithWhatIsAllowed(String key, String value, String allowed) {
        assertThatThrownBy(() -> new TopicConfig(Map.of(key, value)))
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_CONFIG))
                .hasMessageContaining(key)
                .hasMessageContaining("'" + value + "'")
                .hasMessageContaining(allowed);
    }

    @Test
    void aHostileKeyDoesNotFillTheMessage() {
        assertThatThrownBy(() -> new TopicConfig(Map.of("x".repeat(100_000), "1")))
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(300));
    }
}
