package io.letterbox.config;

/**
 * What the server says about its own work, on standard error.
 *
 * @param level the least important kind of line that is written
 * @param format for people or for machines
 */
public record LoggingConfig(Level level, Format format) {
    /** From the quietest to the most talkative. */
    public enum Level {
        ERROR,
        WARN,
        INFO,
        DEBUG,
        TRACE
    }

    /** A readable line, or one JSON object a line. */
    public enum Format {
        TEXT,
        JSON
    }

    public LoggingConfig {
        Check.present("log.level", level, "one of error, warn, info, debug, trace");
        Check.present("log.format", format, "one of text, json");
    }

    static LoggingConfig standard() {
        return new LoggingConfig(Level.INFO, Format.TEXT);
    }
}
