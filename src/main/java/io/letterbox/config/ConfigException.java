package io.letterbox.config;

import java.util.List;

/** The settings cannot be used. The message is for the person who wrote them: one line for each problem, all of them. */
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    ConfigException(List<String> problems) {
        super(String.join("\n", problems), null, false, false);
        this.problems = List.copyOf(problems);
    }

    /** What is wrong, each with the key, where it was written, what is allowed and the nearest right name. */
    public List<String> problems() {
        return problems;
    }
}
