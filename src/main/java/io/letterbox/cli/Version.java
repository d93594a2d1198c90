package io.letterbox.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** The version of this build. */
public final class Version {
    private Version() {}

    /** As in {@code 0.1.0}; "unknown" if the classes run without the build's resources. */
    public static String read() {
        try (InputStream in = Version.class.getResourceAsStream("/letterbox-version.properties")) {
            if (in == null) {
                return "unknown";
            }
            Properties properties = new Properties();
            properties.load(in);
            return properties.getProperty("version", "unknown");
        } catch (IOException e) {
            return "unknown";
        }
    }
}
