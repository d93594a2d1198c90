package io.letterbox.kafka.admin;

import io.letterbox.config.LetterboxConfig;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.Command;
import io.letterbox.metadata.GroupConfigKey;
import io.letterbox.metadata.SettingsOwner;
import io.letterbox.metadata.TopicConfigKey;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.TopicName;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.config.ConfigResource.Type;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * A resource whose settings are to be changed. For one request.
 *
 * <p>Topics and groups have the same names for settings as Letterbox. Nodes have Kafka's names for the defaults of
 * topics, such as {@code log.retention.ms}; they are stored under the names that topics have for them.
 */
final class SettingsTarget {
    private final TopicImage topic;
    private final SettingsOwner owner;
    private final Map<String, String> settings;
    private final ServerValues server;

    private SettingsTarget(TopicImage topic, SettingsOwner owner, Map<String, String> settings, ServerValues server) {
        this.topic = topic;
        this.owner = owner;
        this.settings = settings;
        this.server = server;
    }

    /** @throws RuntimeException a refusal, if there is no such resource, or none that can be changed */
    static SettingsTarget of(Type type, String name, ClusterImage image, LetterboxConfig config) {
        switch (type) {
            case TOPIC:
                TopicName.checkOwnedByClients(name);
                TopicImage topic = image.topics().get(name);
                if (topic == null) throw new UnknownTopicOrPartitionException("There is no topic " + name + ".");
                return new SettingsTarget(topic, null, topic.config().overrides(), ServerValues.of(image, config));
            case BROKER:
                boolean known = name.isEmpty()
                        || name.equals(Integer.toString(config.node().id()));
                if (!known) {
                    throw new InvalidRequestException("This node's number is "
                            + config.node().id() + "; it does not know the settings of another one.");
                }
                return of(new SettingsOwner(SettingsOwner.Kind.NODE, name), image, config);
            case GROUP:
                if (name.isEmpty()) throw new InvalidRequestException("The group has no name.");
                return of(SettingsOwner.group(name), image, config);
            default:
                throw new InvalidRequestException(
                        "The settings of topics, groups and nodes can be changed from outside, and no others.");
        }
    }

    private static SettingsTarget of(SettingsOwner owner, ClusterImage image, LetterboxConfig config) {
        return new SettingsTarget(null, owner, image.settings(owner), ServerValues.of(image, config));
    }

    /** The resource's own values. */
    Map<String, String> settings() {
        return settings;
    }

    /** Letterbox' name of a setting; null if there is no such setting. */
    String own(String name) {
        if (topic != null) return TopicConfigKey.of(name).isPresent() ? name : null;
        if (owner.kind() == SettingsOwner.Kind.GROUP)
            return GroupConfigKey.of(name).isPresent() ? name : null;
        TopicConfigKey key = TopicSettings.byServerName(name);
        return key == null ? null : key.key();
    }

    /**
     * Letterbox' name of a setting that is to be set.
     *
     * @throws RuntimeException a refusal, if it cannot be set
     */
    String require(String name) {
        String own = own(name);
        if (own != null) return own;
        // The metadata refuses these itself.
        if (topic != null || owner.kind() == SettingsOwner.Kind.GROUP) return name;
        if (NodeSettings.isOfFile(name)) {
            throw new InvalidRequestException(
                    "The setting " + name + " is in the node's configuration file and cannot be changed from outside.");
        }
        throw new InvalidConfigurationException("There is no setting " + name + " that could be changed.");
    }

    /** The value in force, for settings that are lists. */
    String inForce(TopicConfigKey key) {
        if (topic != null) return topic.config().get(key);
        String set = settings.get(key.key());
        return set == null ? server.value(key) : set;
    }

    /** The change as a command. */
    Command command(Map<String, String> set, Set<String> unset) {
        return topic != null
                ? new Command.AlterTopic(topic.name(), set, unset)
                : new Command.AlterSettings(owner, set, unset);
    }
}
