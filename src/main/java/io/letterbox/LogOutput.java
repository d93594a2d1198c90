package io.letterbox;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import io.letterbox.config.LoggingConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the log to standard error, as lines for people or JSON objects for machines. Logback finds it as a service,
 * because parsing a configuration file in XML would take a tenth of the start.
 */
public final class LogOutput extends ContextAwareBase implements Configurator {
    @Override
    public ExecutionStatus configure(LoggerContext context) {
        install(context, Level.INFO, LoggingConfig.Format.TEXT);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /** Applies the settings of the configuration from here on. */
    static void apply(LoggingConfig config) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        install(context, Level.toLevel(config.level().name()), config.format());
    }

    private static void install(LoggerContext context, Level level, LoggingConfig.Format format) {
        ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.detachAndStopAllAppenders();
        Encoder<ILoggingEvent> encoder = encoder(context, format);
        encoder.start();
        ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setContext(context);
        appender.setName("console");
        appender.setTarget("System.err");
        appender.setEncoder(encoder);
        appender.addFilter(new LibraryLogFilter(System::nanoTime));
        appender.start();
        root.addAppender(appender);
        root.setLevel(level);
        // At DEBUG, Netty explains its choice of transport and buffers at length.
        if (level.isGreaterOrEqual(Level.DEBUG)) context.getLogger("io.netty").setLevel(Level.INFO);
        quieten(context, level);
    }

    /**
     * Raises the level of libraries that log every setting, vote and attempt to reach another node. What follows for
     * the cluster is said by Letterbox; at lower levels they follow the configured one.
     */
    private static void quieten(LoggerContext context, Level level) {
        boolean normal = level.isGreaterOrEqual(Level.INFO);
        for (String library : LibraryLogFilter.TALKATIVE) {
            context.getLogger(library).setLevel(normal ? Level.ERROR : null);
        }
        // One gauge counts the connections of all clients of a process.
        context.getLogger("io.micrometer.core.instrument.MeterRegistry").setLevel(normal ? Level.ERROR : null);
    }

    static Encoder<ILoggingEvent> encoder(LoggerContext context, LoggingConfig.Format format) {
        Encoder<ILoggingEvent> encoder = format == LoggingConfig.Format.JSON ? objects() : lines(context);
        encoder.setContext(context);
        return encoder;
    }

    private static Encoder<ILoggingEvent> lines(LoggerContext context) {
        LogLines layout = new LogLines();
        layout.setContext(context);
        layout.start();
        LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
        encoder.setLayout(layout);
        return encoder;
    }

    /** Objects with the formatted message; without its parts, and without Logback's internal fields. */
    private static JsonEncoder objects() {
        JsonEncoder encoder = new JsonEncoder();
        encoder.setWithFormattedMessage(true);
        encoder.setWithMessage(false);
        encoder.setWithArguments(false);
        encoder.setWithSequenceNumber(false);
        encoder.setWithNanoseconds(false);
        encoder.setWithContext(false);
        return encoder;
    }
}
