package io.letterbox.kafka.admin;

import io.letterbox.config.LetterboxConfig;
import io.letterbox.config.TopicsConfig;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.SettingsOwner;
import io.letterbox.metadata.TopicConfigKey;
import java.util.Map;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;

/**
 * What topics get that say nothing: what was set for this node, or else for all nodes, or else what the configuration says
 * (KIP-226).
 *
 * @param node set for this node while it ran, texts by key
 * @param allNodes set for all nodes while they ran, texts by key
 * @param file the configuration
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

    /** The value without what was set while the node ran. */
    String configured(TopicConfigKey key) {
        return file.defaults().getOrDefault(key.key(), key.defaultValue());
    }

    /** Where the value in force comes from. */
    ConfigSource source(TopicConfigKey key) {
        if (node.containsKey(key.key())) return ConfigSource.DYNAMIC_BROKER_CONFIG;
        if (allNodes.containsKey(key.key())) return ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG;
        return isConfigured(key) ? ConfigSource.STATIC_BROKER_CONFIG : ConfigSource.DEFAULT_CONFIG;
    }

    /** Whether the configuration says something else than what is so without it. */
    boolean isConfigured(TopicConfigKey key) {
        return !configured(key).equals(key.defaultValue());
    }
}
