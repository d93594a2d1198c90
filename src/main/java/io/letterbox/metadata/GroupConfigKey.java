package io.letterbox.metadata;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The settings of one consumer group whose assignment the server decides (KIP-848); milliseconds, under Kafka's names.
 */
public enum GroupConfigKey {
    /** How long a member may send no heartbeat. */
    SESSION_TIMEOUT("consumer.session.timeout.ms", 1_000, 3_600_000),
    /** How often a member has to send a heartbeat. */
    HEARTBEAT_INTERVAL("consumer.heartbeat.interval.ms", 100, 600_000);

    private final String key;
    private final int least;
    private final int most;

    GroupConfigKey(String key, int least, int most) {
        this.key = key;
        this.least = least;
        this.most = most;
    }

    /** Its name in the protocol. */
    public String key() {
        return key;
    }

    /** The setting with a name. */
    public static Optional<GroupConfigKey> of(String name) {
        return Stream.of(values()).filter(each -> each.key.equals(name)).findFirst();
    }

    /** The effective value: the group's own, or else the server's. */
    public int in(Map<String, String> settings, int otherwise) {
        String set = settings.get(key);
        return set == null ? otherwise : Integer.parseInt(set);
    }

    /** @throws ApiException INVALID_CONFIG if the value is not a number within the range */
    String canonical(String text) {
        try {
            int value = Integer.parseInt(text.trim());
            if (value >= least && value <= most) return Integer.toString(value);
        } catch (NumberFormatException none) {
            // Refused below.
        }
        throw new ApiException(
                ErrorCode.INVALID_CONFIG,
                key + " cannot be '" + text + "'; it is a number of milliseconds from " + least + " to " + most + ".");
    }

    /** @throws ApiException INVALID_CONFIG if there is no setting with the name */
    static GroupConfigKey require(String name) {
        return of(name).orElseThrow(() -> new ApiException(
                ErrorCode.INVALID_CONFIG,
                "Groups have no setting '" + name + "'; they have " + SESSION_TIMEOUT.key + " and "
                        + HEARTBEAT_INTERVAL.key + "."));
    }
}
