package io.letterbox.kafka.admin;

import io.letterbox.config.LetterboxConfig;
import io.letterbox.config.TopicsConfig;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.SettingsOwner;
import io.letterbox.metadata.TopicConfigKey;
import java.util.Map;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;

/**
 * The server's defaults for settings that a topic does not set: set for this node at runtime, else for all nodes at
 * runtime, else by the configuration file (KIP-226).
 *
 * @param node set for this node at runtime, texts by key
 * @param allNodes set for all nodes at runtime, texts by key
 * @param file the configuration file
 */
record ServerValues(Map<String, String> node, Map<String, String> allNodes, TopicsConfig file) {
    static ServerValues of(ClusterImage image, LetterboxConfig config) {
        return new ServerValues(
                image.settings(SettingsOwner.node(config.node().id())),
                image.settings(SettingsOwner.ALL_NODES),
                config.topics());
    }

    /** The value in force. */
    String value(TopicConfigKey key) {
        String name = key.key();
        return node.getOrDefault(name, allNodes.getOrDefault(name, configured(key)));
    }

    /** The value without those set at runtime. */
    String configured(TopicConfigKey key) {
        return file.defaults().getOrDefault(key.key(), key.defaultValue());
    }

    /** The source of the value in force. */
    ConfigSource source(TopicConfigKey key) {
        if (node.containsKey(key.key())) return ConfigSource.DYNAMIC_BROKER_CONFIG;
        if (allNodes.containsKey(key.key())) return ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG;
        return isConfigured(key) ? ConfigSource.STATIC_BROKER_CONFIG : ConfigSource.DEFAULT_CONFIG;
    }

    /** Whether the configuration file differs from the built-in default. */
    boolean isConfigured(TopicConfigKey key) {
        return !configured(key).equals(key.defaultValue());
    }
}
