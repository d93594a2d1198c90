package io.letterbox;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import io.letterbox.text.Printable;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * The layout of log messages as lines for people:
 *
 * <pre>
 * 2026-11-30T09:30:00.000+01:00 INFO  Server - Serving http://127.0.0.1:8080/ from /srv/letterbox
 * </pre>
 *
 * One line per message, whatever it contains: names that clients chose may neither add lines nor move a terminal's
 * cursor. The stack trace of an exception follows in lines of its own, except for complaints of libraries about clients
 * and other nodes.
 */
final class LogLines extends LayoutBase<ILoggingEvent> {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd'T'HH:mm:ss.SSSxxx", Locale.ROOT)
            .withZone(ZoneId.systemDefault());

    @Override
    public String doLayout(ILoggingEvent event) {
        StringBuilder line = new StringBuilder(128);
        TIME.formatTo(Instant.ofEpochMilli(event.getTimeStamp()), line);
        line.append(' ').append(event.getLevel());
        // INFO and WARN are one letter shorter than the others.
        if (event.getLevel().toString().length() < 5) line.append(' ');
        String logger = event.getLoggerName();
        line.append(' ').append(logger, logger.lastIndexOf('.') + 1, logger.length());
        line.append(" - ").append(Printable.line(event.getFormattedMessage()));
        IThrowableProxy failure = event.getThrowableProxy();
        boolean traced = failure != null && !LibraryLogFilter.isLibraryComplaint(event);
        if (failure != null && !traced) {
            line.append(" (")
                    .append(Printable.line(failure.getClassName() + ": " + failure.getMessage()))
                    .append(')');
        }
        line.append('\n');
        if (traced) line.append(Printable.lines(ThrowableProxyUtil.asString(failure)));
        return line.toString();
    }
}
