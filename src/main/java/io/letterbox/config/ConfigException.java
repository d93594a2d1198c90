package io.letterbox.config;

import java.util.List;

/** Reports settings that cannot be used. The message is for the user: all problems, one per line. */
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    ConfigException(List<String> problems) {
        super(String.join("\n", problems), null, false, false);
        this.problems = List.copyOf(problems);
    }

    /** The problems, each with the key, where it was written, what is allowed and the nearest valid name. */
    public List<String> problems() {
        return problems;
    }
}
