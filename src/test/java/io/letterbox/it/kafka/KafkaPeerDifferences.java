package io.letterbox.it.kafka;

import java.util.List;

/** The intended differences between the responses of Letterbox and Apache Kafka 4.3.1, with their reasons. */
final class KafkaPeerDifferences {
    private static final String OWN_SETTINGS = "(flush|flush\\.interval\\.ms|message\\.downconversion\\.enable)";

    static final List<PeerDifference> ALLOWED = List.of(
            // Settings.
            may(
                    "CREATE_TOPICS .*",
                    "/topics/.*/configs/" + OWN_SETTINGS + "#0",
                    "of Letterbox alone, or given up by Kafka"),
            may("CREATE_TOPICS create cleanup.policy= .*", ".*", "a log that nothing tidies is retention.ms=-1 here"),
            may(
                    "INCREMENTAL_.*cleanup.policy, operation=3, value=compact.*",
                    ".*",
                    "the same, by taking the last one away"),
            may(
                    ".*",
                    "/.*/configs/cleanup.policy#0/.*value",
                    "lists are kept without blanks and repetitions, in one order"),
            may(
                    "CREATE_TOPICS create retention.ms= 1000 .*",
                    ".*/retention.ms#0/value",
                    "numbers are kept without blanks"),
            may("CREATE_TOPICS create compression.type=ZSTD.*", ".*", "words may be written in capitals"),
            may("CREATE_TOPICS create that collides.*", ".*", "no metric has names in which a dot is an underscore"),
            may("INCREMENTAL_.*type 2  .*", ".*", "no topic has an empty name, and that is said so"),
            may("INCREMENTAL_.*operation=9.*", ".*", "Kafka fails at an operation that does not exist"),
            may("INCREMENTAL_.*type 8 .*", ".*", "levels of logging cannot be changed from outside"),
            may("DESCRIBE_CONFIGS type 16 .*", ".*", "nobody collects the metrics of clients"),
            may(
                    "DESCRIBE_CONFIGS .*",
                    ".*/synonyms/log\\.(retention\\.(ms|hours)|roll\\.(ms|hours))#.*",
                    "one unit, not three"),
            may(".*", "/.*/configs/min.insync.replicas#0/.*", "Kafka writes this default down for the whole cluster"),
            may("DESCRIBE_CONFIGS type 4 .*", ".*/log.retention.ms#0/value", "one unit, not three"),
            may(
                    "DESCRIBE_CONFIGS type 4  null.*",
                    ".*/min.insync.replicas#0",
                    "Kafka writes this default down for all"),
            may("DESCRIBE_CONFIGS type 32 .*", ".*/(share|streams)\\..*", "of groups that are switched off"),
            may("DESCRIBE_CONFIGS type 32 .*", ".*/consumer.assignment.interval.ms#0", "who joins is assigned at once"),
            may("INCREMENTAL_.*type 4 .*value=abc.*", ".*", "a wrong value has one code here"),
            may("INCREMENTAL_.*type 4 .*nonsense.of.a.plugin, operation=0.*", ".*", "there are no plugins"),
            // Features that do not exist.
            may("API_VERSIONS .*", "/finalizedFeaturesEpoch", "a counter of Kafka's log"),
            may(
                    "API_VERSIONS .*",
                    "/(finalized|supported)Features/(eligible|kraft|metadata|share|streams).*",
                    "features of brokers among themselves, or switched off"),
            may(
                    "API_VERSIONS .* v3",
                    "/supportedFeatures/(group|transaction).version#0",
                    "Kafka leaves out what begins at 0; it is not less so from 1 on"),
            may("API_VERSIONS .*", "/apiKeys/8[34567]#0", "brokers ask each other for the state of share groups"),
            may(
                    "(SHARE_|STREAMS_GROUP_|.*_SHARE_).*",
                    ".*/errorCode",
                    "switched off here, and for a moment not ready there"),
            may("(ADD|REMOVE)_RAFT_VOTER .*", "/errorCode", "refused before anybody looks at the cluster's id"),
            may("ALTER_CLIENT_QUOTAS .*", "/entries/.*", "who sets a quota learns that nobody is held to it"),
            may(
                    "(RENEW|EXPIRE)_DELEGATION_TOKEN .*",
                    "/expiryTimestampMs",
                    "a refusal; kafka-clients writes it so itself"),
            may(
                    "DESCRIBE_QUORUM .*",
                    ".*/(logEndOffset|highWatermark|leaderEpoch|replicaDirectoryId|.*Timestamp)",
                    "another log"),
            may("DESCRIBE_QUORUM .*", "/nodes/.*", "no listener for controllers alone"),
            may("FIND_COORDINATOR .*keys \\[a, , a\\].*", "/coordinators/a#1", "nothing is answered twice"),
            may("(CONSUMER_GROUP_DESCRIBE|DESCRIBE_GROUPS) groups \\[odd, odd, \\].*", "/groups/odd#1", "the same"),
            // Logs.
            may("FETCH isolation 9.*", "/errorCode", "Kafka fails at a level that does not exist"),
            may("FETCH replica .*", ".*/currentLeader", "says who leads to whoever can read it"),
            may("LIST_OFFSETS read/0 at -3 .*", ".*", "Kafka finds a record that was deleted"),
            may("METADATA by no id.*", ".*", "Kafka fails at a topic without name and id"),
            may("PRODUCE .*", ".*/logStartOffset", "a refusal; Kafka gives some offset of its check there"),
            may("PRODUCE append time", ".*", "no client gives times of append"),
            may("PRODUCE base offset", ".*/errorCode", "offsets are given anew in any case"),
            may("PRODUCE leader epoch", ".*/baseOffset", "two records more were taken before"),
            may("PRODUCE codec 5", ".*/errorCode", "Kafka fails at a codec that does not exist"),
            may("PRODUCE count 2 of 1", ".*/errorCode", "a record that is not there is damage"),
            may("PRODUCE magic 1", ".*/errorCode", "this is the code of formats that are not supported"),
            may("PRODUCE transactional without id", ".*/errorCode", "Kafka has no id that it could authorize"),
            // Groups.
            may(
                    "CONSUMER_GROUP_.*",
                    ".*/?(memberEpoch|groupEpoch|assignmentEpoch)",
                    "Kafka counts two steps where one is made"));

    private KafkaPeerDifferences() {}

    private static PeerDifference may(String question, String path, String reason) {
        return new PeerDifference(question, path, reason);
    }
}
