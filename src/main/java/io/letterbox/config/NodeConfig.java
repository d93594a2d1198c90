package io.letterbox.config;

import java.nio.file.Path;

/**
 * The node that this process is.
 *
 * @param id the node's number, unique among the nodes that work together, 1 to 2,147,483,647
 * @param dataDir the directory of all data; relative to the working directory
 * @param rack where the node stands, such as a data centre or an availability zone; empty if that does not matter; up
 *     to {@value #MAX_RACK_LENGTH} characters
 * @param eventLoops threads that serve connections, 0 (a number that suits the cores) to 256
 */
public record NodeConfig(int id, Path dataDir, String rack, int eventLoops) {
    private static final int MAX_RACK_LENGTH = 249;

    public NodeConfig {
        Check.range("node.id", id, 1, Integer.MAX_VALUE);
        Check.present("node.dataDir", dataDir, "the path of a directory");
        Check.notBlank("node.dataDir", dataDir.toString(), "the path of a directory");
        Check.present("node.rack", rack, "a text, or nothing");
        if (rack.length() > MAX_RACK_LENGTH) {
            throw new InvalidSetting("node.rack", rack, "a text of up to " + MAX_RACK_LENGTH + " characters");
        }
        Check.range("node.eventLoops", eventLoops, 0, 256);
    }

    static NodeConfig standard() {
        return new NodeConfig(1, Path.of("./data"), "", 0);
    }
}
