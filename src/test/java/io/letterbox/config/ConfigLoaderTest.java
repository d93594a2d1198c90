package io.letterbox.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigLoaderTest {
    @TempDir
    Path directory;

    @Test
    void withoutAnythingEveryKeyIsAtItsDefault() throws Exception {
        assertThat(ConfigLoader.load(null, Map.of("HOME", "/root"), List.of())).isEqualTo(LetterboxConfig.defaults());
    }

    @Test
    void anEmptyFileAndEmptySectionsChangeNothing() throws Exception {
        assertThat(load("")).isEqualTo(LetterboxConfig.defaults());
        assertThat(load("# only a comment\n")).isEqualTo(LetterboxConfig.defaults());
        assertThat(load("http:\ntopics:\n  defaults:\n")).isEqualTo(LetterboxConfig.defaults());
    }

    @Test
    void everyTypeIsRead() throws Exception {
        LetterboxConfig config = load(
                """
                node: {dataDir: /var/lib/letterbox}
                http:
                  port: "9000"
                  corsOrigins: [https://a.example, "http://b.example:81"]
                topics:
                  autoCreate: false
                  defaults:
                    retention.ms: 1000
                    cleanup.policy: [delete, compact]
                limits: {ingressBytes: 5_000_000_000}
                log: {level: Debug, format: json}
                """);

        assertThat(config.node().dataDir()).isEqualTo(Path.of("/var/lib/letterbox"));
        assertThat(config.http().port()).isEqualTo(9000);
        assertThat(config.http().corsOrigins()).containsExactly("https://a.example", "http://b.example:81");
        assertThat(config.topics().autoCreate()).isFalse();
        assertThat(config.topics().defaults())
                .isEqualTo(Map.of("retention.ms", "1000", "cleanup.policy", "compact,delete"));
        assertThat(config.limits().ingressBytes()).isEqualTo(5_000_000_000L);
        assertThat(config.log().level()).isEqualTo(LoggingConfig.Level.DEBUG);
        assertThat(config.log().format()).isEqualTo(LoggingConfig.Format.JSON);
    }

    @Test
    void theEnvironmentComesBeforeTheFileAndTheCommandLineBeforeBoth() throws Exception {
        Path file = write("http: {port: 1, host: a, maxUriBytes: 1000}\n");

        HttpConfig http = ConfigLoader.load(
                        file,
                        Map.of("LETTERBOX_HTTP_PORT", "2", "LETTERBOX_HTTP_HOST", "b"),
                        List.of("http.port=3", "http.port=4"))
                .http();

        assertThat(http.port()).isEqualTo(4);
        assertThat(http.host()).isEqualTo("b");
        assertThat(http.maxUriBytes()).isEqualTo(1000);
    }

    @Test
    void everyKeyHasAVariableOfItsOwn() throws Exception {
        LetterboxConfig config = ConfigLoader.load(
                null,
                Map.of(
                        "LETTERBOX_NODE_DATA_DIR", "/a",
                        "LETTERBOX_NODE_EVENTLOOPS", "3",
                        "LETTERBOX_HTTP_CORS_ORIGINS", "https://a.example, https://b.example",
                        "LETTERBOX_TOPICS_DEFAULTS_RETENTION_MS", "5"),
                List.of("topics.defaults.flush=os"));

        assertThat(config.node()).isEqualTo(new NodeConfig(1, Path.of("/a"), "", 3));
        assertThat(config.http().corsOrigins()).containsExactly("https://a.example", "https://b.example");
        assertThat(config.topics().defaults()).isEqualTo(Map.of("retention.ms", "5", "flush", "os"));
        assertThat(ConfigSchema.leaves().stream()
                        .map(path -> ConfigKey.variable(path).replace("_", "")))
                .doesNotHaveDuplicates();
    }

    @Test
    void variablesOfTheLauncherAndOfAnOrchestratorAreNotSettings() throws Exception {
        Map<String, String> environment = Map.of(
                "LETTERBOX_JAVA_HOME", "/opt/java",
                "LETTERBOX_JAVA_OPTS", "-Xmx1g",
                "LETTERBOX_SERVER", "http://example.org",
                "LETTERBOX_PORT", "tcp://10.0.0.1:8080",
                "LETTERBOX_PORT_8080_TCP_ADDR", "10.0.0.1",
                "LETTERBOX_SERVICE_HOST", "10.0.0.1",
                "LETTERBOX_SERVICE_PORT_HTTP", "8080");
        Map<String, String> ofOtherServices = Map.of(
                "LETTERBOX_HTTP_SERVICE_HOST", "10.0.0.1",
                "LETTERBOX_HTTP_PORT", "tcp://10.0.0.1:8080",
                "LETTERBOX_HTTP_PORT_8080_TCP_PROTO", "tcp",
                "LETTERBOX_KAFKA_SERVICE_PORT", "9092",
                "LETTERBOX_KAFKA_PORT", "tcp://10.0.0.1:9092",
                "LETTERBOX_HEADLESS_DB_PORT_53_UDP", "udp://10.0.0.1:53",
                "LETTERBOX_HOME", "/opt/letterbox",
                "LETTERBOX_VERSION", "1.0");
        assertThat(ConfigLoader.load(null, ofOtherServices, List.of())).isEqualTo(LetterboxConfig.defaults());

        assertThat(ConfigLoader.load(null, environment, List.of())).isEqualTo(LetterboxConfig.defaults());
    }

    @Test
    void anUnknownKeyIsNamedWithItsLineAndTheNearestRightOne() throws Exception {
        assertThat(problems("# mine\nhttp:\n  host: a\n  prot: 80\n"))
                .singleElement()
                .asString()
                .startsWith(directory.resolve("letterbox.yaml") + ", line 4: unknown key http.prot; "
                        + "did you mean http.port?; allowed in http: host, port, names, corsOrigins,");
    }

    @Test
    void aProxyThatIsNoAddressIsExplained() throws Exception {
        for (String nonsense : List.of("proxy.example", "10.0.0.0/33", "*")) {
            assertThat(problems("http:\n  proxies: [127.0.0.1, '" + nonsense + "']\n"))
                    .singleElement()
                    .asString()
                    .contains("line 2: http.proxies is ", nonsense, "10.0.0.0/8");
        }
    }

    @Test
    void anUnknownSectionIsNamedOnce() throws Exception {
        assertThat(problems("htpp:\n  port: 80\n  host: b\n"))
                .singleElement()
                .asString()
                .contains("line 1: unknown key htpp; did you mean http?; allowed sections are: node, http, kafka,"
                        + " topics");
    }

    @Test
    void aKnownNameInTheWrongSectionIsFound() throws Exception {
        assertThat(problems("node:\n  subscribers: 80\n").get(0)).contains("did you mean limits.subscribers?");
        assertThat(problems("heartbeatSeconds: 1\n").get(0)).contains("did you mean sse.heartbeatSeconds?");
    }

    @Test
    void aFarFetchedNameIsNotGuessed() throws Exception {
        assertThat(problems("http: {zzzzzzzzzzzzzzzzzzzzz: 1}\n").get(0)).doesNotContain("did you mean");
    }

    @Test
    void aValueOutOfRangeIsNamedWithItsLineAndTheRange() throws Exception {
        String line = directory.resolve("letterbox.yaml") + ", line 2: ";
        assertThat(problems("http:\n  port: 65536\n"))
                .containsExactly(line + "http.port is 65536; allowed is a whole number from 0 to 65535");
        assertThat(problems("http:\n  port: eighty\n"))
                .containsExactly(line + "http.port is \"eighty\"; allowed is a whole number from 0 to 65535");
        assertThat(problems("http:\n  port: 99999999999\n"))
                .containsExactly(line + "http.port is \"99999999999\"; allowed is a whole number from 0 to 65535");
        assertThat(problems("storage:\n  tailCacheBytes: 1.5\n").get(0))
                .endsWith("allowed is a whole number from 1048576 to 17179869184");
        assertThat(problems("topics:\n  autoCreate: maybe\n"))
                .containsExactly(line + "topics.autoCreate is \"maybe\"; allowed is true or false");
        assertThat(problems("log:\n  level: loud\n"))
                .containsExactly(line + "log.level is \"loud\"; allowed is one of error, warn, info, debug, trace");
        assertThat(problems("http:\n  host: [a, b]\n"))
                .containsExactly(line + "http.host is \"[a, b]\"; allowed is a text");
        assertThat(problems("http:\n  host: {a: b}\n").get(0)).startsWith(line + "http.host is \"[a map]\"");
    }

    @Test
    void anOriginMustBeOne() throws Exception {
        for (String wrong : List.of(
                "example.org", "https://example.org/", "ftp://a", "https://a b", "*", "*, https://a", "https://*.a")) {
            assertThat(problems("http: {corsOrigins: \"" + wrong + "\"}\n").get(0))
                    .as(wrong)
                    .contains("http.corsOrigins is ")
                    .contains("such as https://example.org, each named by itself, without a wildcard");
        }
    }

    @Test
    void aTopicSettingIsCheckedByItsOwnTable() throws Exception {
        assertThat(problems("topics:\n  defaults:\n    retention.ms: -2\n").get(0))
                .contains("line 3: topics.defaults.retention.ms is \"-2\"; allowed is a whole number from -1 to");
        assertThat(problems("topics:\n  defaults:\n    retention.sm: 1\n").get(0))
                .contains("line 3: unknown key topics.defaults.retention.sm; "
                        + "did you mean topics.defaults.retention.ms?; allowed in topics.defaults: retention.ms, ");
        assertThat(problems("topics:\n  defaults: 3\n").get(0))
                .contains("line 2")
                .contains("keys of its own");
    }

    @Test
    void limitsThatContradictEachOtherAreRefused() throws Exception {
        assertThat(problems("limits: {recordBytes: 16777216}\n"))
                .containsExactly("together with the other settings: limits.requestBytes is 8388608; "
                        + "allowed is a whole number from 16777216 to 268435456");
    }

    @Test
    void everyProblemIsSaidAtOnce() throws Exception {
        ConfigException refused = catchThrowableOfType(
                ConfigException.class,
                () -> ConfigLoader.load(
                        write("http: {port: x}\nnode: {idd: 1}\n"), Map.of(), List.of("port=1", "nonsense")));

        assertThat(refused.problems()).hasSize(4);
        assertThat(refused)
                .hasMessageContaining("line 1: http.port is")
                .hasMessageContaining("line 2: unknown key node.idd; did you mean node.id?")
                .hasMessageContaining("--set port=1: unknown key port; did you mean http.port?")
                .hasMessageContaining("--set nonsense: expected key=value");
    }

    /** The variable may be meant for another program: the server starts, and reports that it is no setting. */
    @Test
    void aVariableThatIsNoSettingIsWarnedOf() throws Exception {
        List<String> warnings = new ArrayList<>();
        Map<String, String> environment = Map.of("LETTERBOX_HTTP_PROT", "1", "LETTERBOX_URL", "http://x:1");
        assertThat(ConfigLoader.load(null, environment, List.of(), warnings::add))
                .isEqualTo(LetterboxConfig.defaults());
        assertThat(warnings).hasSize(2);
        assertThat(warnings.get(0))
                .isEqualTo("environment variable LETTERBOX_HTTP_PROT is ignored: there is no such setting;"
                        + " did you mean LETTERBOX_HTTP_PORT?");
        assertThat(warnings.get(1)).contains("LETTERBOX_URL is ignored");
    }

    @Test
    void aTabIsNamedWhereItStands() throws Exception {
        assertThat(problems("http:\n\tport: 1\n").get(0)).contains("line 2").contains("TAB");
    }

    @Test
    void aFileThatIsNoTextIsRefusedInWords() throws Exception {
        Path file = directory.resolve("letterbox.yaml");
        Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe, 'h', 0});
        ConfigException refused =
                catchThrowableOfType(ConfigException.class, () -> ConfigLoader.load(file, Map.of(), List.of()));
        assertThat(refused.problems()).containsExactly(file + ": the file is not text in UTF-8");
        refused = catchThrowableOfType(ConfigException.class, () -> ConfigLoader.load(directory, Map.of(), List.of()));
        assertThat(refused.problems()).containsExactly(directory + ": the file cannot be read: Is a directory");
    }

    @Test
    void anOriginEndsBeforeTheSlash() throws Exception {
        assertThat(problems("http: {corsOrigins: [\"https://a.example:8443/\"]}\n")
                        .get(0))
                .endsWith("; it ends before the slash: https://a.example:8443");
        assertThat(problems("http: {corsOrigins: [\"https://a.example/app\"]}\n")
                        .get(0))
                .endsWith("; it ends before the slash: https://a.example");
        assertThat(problems("http: {corsOrigins: [\"*\"]}\n").get(0)).endsWith("without a wildcard");
        assertThat(problems("http: {corsOrigins: [\"/app\"]}\n").get(0)).endsWith("without a wildcard");
    }

    @Test
    void aFileThatIsNotSettingsIsRefusedInWords() throws Exception {
        assertThat(problems("http:\n  port: [1\nnode: 2\n").get(0))
                .contains("line ")
                .contains("not valid YAML");
        assertThat(problems("- a\n- b\n").get(0)).contains("line 1").contains("expected sections");
        assertThat(problems("http: {port: 1}\n---\nhttp: {port: 2}\n").get(0)).contains("second YAML document");
        assertThat(problems("http:\n  port: 1\n  port: 2\n").get(0))
                .contains("line 3: http.port is there already")
                .contains("line 2");
        assertThat(problems("http:\n  port:\n").get(0)).contains("line 2: http.port has no value");
        assertThat(problems("http: {host: &h a}\nnode: {dataDir: *h}\n").get(0)).contains("refers to an anchor");
        assertThat(problems("http: {corsOrigins: [{a: b}]}\n").get(0)).contains("must be plain texts");
        assertThat(problems("#" + "x".repeat(1 << 20) + "\n").get(0)).contains("larger than 1 MiB");
        assertThat(catchThrowableOfType(
                        ConfigException.class,
                        () -> ConfigLoader.load(directory.resolve("none.yaml"), Map.of(), List.of())))
                .hasMessageContaining("none.yaml: the file does not exist");
    }

    private List<String> problems(String yaml) throws IOException {
        Path file = write(yaml);
        ConfigException refused =
                catchThrowableOfType(ConfigException.class, () -> ConfigLoader.load(file, Map.of(), List.of()));
        assertThat(refused).as(yaml).isNotNull();
        return refused.problems();
    }

    private LetterboxConfig load(String yaml) throws Exception {
        return ConfigLoader.load(write(yaml), Map.of(), List.of());
    }

    private Path write(String yaml) throws IOException {
        return Files.writeString(directory.resolve("letterbox.yaml"), yaml);
    }
}
