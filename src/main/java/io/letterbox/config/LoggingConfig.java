package io.letterbox.config;

/**
 * The log of the server itself, on standard error.
 *
 * @param level the least severe level that is written
 * @param format for people or for programs
 */
public record LoggingConfig(Level level, Format format) {
    /** From the least verbose to the most verbose. */
    public enum Level {
        ERROR,
        WARN,
        INFO,
        DEBUG,
        TRACE
    }

    /** One readable line, or one JSON object, per message. */
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
