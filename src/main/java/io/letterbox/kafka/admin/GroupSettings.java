package io.letterbox.kafka.admin;

import io.letterbox.config.GroupsConfig;
import io.letterbox.metadata.GroupConfigKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsSynonym;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigType;

/**
 * A consumer group's settings as Kafka describes them (KIP-848): the group's own values, or the defaults of all groups.
 */
final class GroupSettings {
    private GroupSettings() {}

    /** @param own the group's own values, whether or not it exists; texts by key */
    static List<DescribeConfigsResourceResult> describe(
            Map<String, String> own, GroupsConfig config, boolean synonyms, boolean documentation) {
        List<DescribeConfigsResourceResult> results = new ArrayList<>();
        for (GroupConfigKey key : GroupConfigKey.values()) {
            boolean isSession = key == GroupConfigKey.SESSION_TIMEOUT;
            int ofServer = isSession ? config.sessionTimeoutMs() : config.heartbeatIntervalMs();
            String set = own.get(key.key());
            ConfigSource source = set == null ? ConfigSource.DEFAULT_CONFIG : ConfigSource.GROUP_CONFIG;
            List<DescribeConfigsSynonym> names = new ArrayList<>();
            if (set != null) names.add(TopicSettings.synonym(key.key(), set, source));
            // The default of all groups is a setting of the node, with a name of its own.
            names.add(TopicSettings.synonym(
                    "group." + key.key(), Integer.toString(ofServer), ConfigSource.DEFAULT_CONFIG));
            String doc = isSession
                    ? "How long a member of the group may be silent."
                    : "How often a member of the group is told to be heard of.";
            results.add(new DescribeConfigsResourceResult()
                    .setName(key.key())
                    .setValue(set == null ? Integer.toString(ofServer) : set)
                    .setConfigSource(source.id())
                    .setSynonyms(synonyms ? names : List.of())
                    .setConfigType(ConfigType.INT.id())
                    .setDocumentation(documentation ? doc : null));
        }
        return results;
    }
}
