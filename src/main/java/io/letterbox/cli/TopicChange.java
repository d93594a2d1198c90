package io.letterbox.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** The options that change a topic. */
final class TopicChange {
    @Option(
            names = {"-p", "--partitions"},
            paramLabel = "N",
            description = "How many partitions it shall have, at least as many as now.")
    private Integer partitions;

    @Option(
            names = {"-c", "--config"},
            paramLabel = "KEY=VALUE",
            description = "A setting, such as retention.ms=86400000. Can be repeated.")
    private Map<String, String> config = Map.of();

    @Option(
            names = "--unset",
            paramLabel = "KEY",
            description = "A setting that goes back to the server's default. Can be repeated.")
    private List<String> unset = List.of();

    /**
     * The options as a request.
     *
     * @throws Failure if nothing is to be changed
     */
    ObjectNode spec() {
        if (partitions == null && config.isEmpty() && unset.isEmpty()) {
            throw new Failure(
                    ExitCode.USAGE, "nothing to change: say --config KEY=VALUE, --unset KEY or --partitions N");
        }
        ObjectNode spec = ServerClient.JSON.createObjectNode();
        if (partitions != null) spec.put("partitions", partitions);
        if (config.isEmpty() && unset.isEmpty()) return spec;
        ObjectNode settings = spec.putObject("config");
        config.forEach(settings::put);
        unset.forEach(settings::putNull);
        return spec;
    }
}
