package io.letterbox.config;

import java.util.Locale;

/**
 * A key of the configuration.
 *
 * @param section the record's name in the root, {@code http}
 * @param name the component's name, {@code port}
 * @param type the component's raw type
 */
record ConfigKey(String section, String name, Class<?> type) {
    String path() {
        return section + "." + name;
    }

    /** The name of the environment variable: {@code node.dataDir} is {@code LETTERBOX_NODE_DATA_DIR}. */
    String variable() {
        return variable(path());
    }

    static String variable(String path) {
        String words = path.replaceAll("([a-z])([A-Z])", "$1_$2").replaceAll("[.-]", "_");
        return "LETTERBOX_" + words.toUpperCase(Locale.ROOT);
    }
}
