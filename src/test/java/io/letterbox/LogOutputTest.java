package io.letterbox;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.spi.FilterReply;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.letterbox.config.LoggingConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class LogOutputTest {
    private static final String DATE = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}[+-]\\d\\d:\\d\\d";

    private final LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();

    @Test
    void aLineHasDateZoneLevelAndWhoSaysIt() {
        assertThat(line("Serving {}", null, "http://[::1]:8080/"))
                .matches(DATE + " WARN  Server - Serving http://\\[::1\\]:8080/\n");
    }

    @Test
    void whatClientsNamedNeitherAddsLinesNorMovesACursor() {
        String forged = "t\n2026-01-01T00:00:00.000+00:00 ERROR Server - all is lost\u001b[2J\u009b1A\r";
        assertThat(line("The marker of {} cannot be written", null, forged))
                .matches(DATE
                        + " WARN  Server - The marker of t\\\\u000a2026.* - all is"
                        + " lost\\\\u001b\\[2J\\\\u009b1A\\\\u000d cannot be written\n");
    }

    @Test
    void aTraceKeepsItsLinesAndIsCleanedToo() {
        String said = line("It failed", new IOException("for \u001b[31mred"));
        List<String> lines = said.lines().toList();
        assertThat(lines.get(1)).isEqualTo("java.io.IOException: for \\u001b[31mred");
        assertThat(lines.get(2)).startsWith("\tat io.letterbox.LogOutputTest");
    }

    @Test
    void anObjectHasTheTextAndNotOnlyItsParts() throws Exception {
        JsonNode object =
                new ObjectMapper().readTree(said(LoggingConfig.Format.JSON, "Serving {} of {}", null, 1, "x\n"));
        assertThat(object.path("formattedMessage").asText()).isEqualTo("Serving 1 of x\n");
        assertThat(object.path("level").asText()).isEqualTo("WARN");
        assertThat(object.path("timestamp").asLong()).isPositive();
        assertThat(object.has("message") || object.has("arguments") || object.has("context"))
                .isFalse();
    }

    @Test
    void aLibrarysComplaintIsOneLineAMinute() {
        AtomicLong now = new AtomicLong();
        LibraryLogFilter noise = new LibraryLogFilter(now::get);
        ILoggingEvent complaint =
                event("io.netty.channel.DefaultChannelPipeline", Level.WARN, "at the tail", new IOException("reset"));
        assertThat(noise.decide(complaint)).isEqualTo(FilterReply.NEUTRAL);
        assertThat(noise.decide(complaint)).isEqualTo(FilterReply.DENY);
        assertThat(noise.decide(event("io.netty.channel.Other", Level.INFO, "at the tail", null)))
                .isEqualTo(FilterReply.NEUTRAL);
        now.addAndGet(TimeUnit.SECONDS.toNanos(61));
        assertThat(noise.decide(complaint)).isEqualTo(FilterReply.NEUTRAL);
        assertThat(encoded(LoggingConfig.Format.TEXT, complaint))
                .matches(DATE + " WARN  DefaultChannelPipeline - at the tail \\(java.io.IOException: reset\\)\n");
    }

    @Test
    void errorsAndOurOwnWordsAreNotHeldBack() {
        LibraryLogFilter noise = new LibraryLogFilter(() -> 0);
        for (int i = 0; i < 3; i++) {
            assertThat(noise.decide(event("io.vertx.core.impl.ContextImpl", Level.ERROR, "Unhandled", new Exception())))
                    .isEqualTo(FilterReply.NEUTRAL);
            assertThat(noise.decide(event("io.letterbox.Server", Level.WARN, "mind", null)))
                    .isEqualTo(FilterReply.NEUTRAL);
        }
    }

    @Test
    void ofNodesThatAreAwayALibrarySaysOneLineAMinute() {
        AtomicLong now = new AtomicLong();
        LibraryLogFilter noise = new LibraryLogFilter(now::get);
        String division = "org.apache.ratis.server.RaftServer$Division";
        ILoggingEvent failed = event(division, Level.ERROR, "appendEntries 1 failed", new IOException("closed"));
        assertThat(noise.decide(failed)).isEqualTo(FilterReply.NEUTRAL);
        assertThat(noise.decide(event(division, Level.ERROR, "appendEntries 2 failed", null)))
                .isEqualTo(FilterReply.DENY);
        assertThat(noise.decide(event("com.hazelcast.other", Level.ERROR, "lost", null)))
                .isEqualTo(FilterReply.NEUTRAL);
        now.addAndGet(TimeUnit.SECONDS.toNanos(61));
        assertThat(noise.decide(failed)).isEqualTo(FilterReply.NEUTRAL);
        assertThat(encoded(LoggingConfig.Format.TEXT, failed))
                .matches(DATE
                        + " ERROR RaftServer\\$Division - appendEntries 1 failed \\(java.io.IOException: closed\\)\n");
    }

    private ILoggingEvent event(String logger, Level level, String message, Throwable failure) {
        return new LoggingEvent("caller", context.getLogger(logger), level, message, failure, null);
    }

    private String line(String message, Throwable failure, Object... arguments) {
        return said(LoggingConfig.Format.TEXT, message, failure, arguments);
    }

    private String said(LoggingConfig.Format format, String message, Throwable failure, Object... arguments) {
        Logger logger = context.getLogger("io.letterbox.Server");
        return encoded(format, new LoggingEvent("caller", logger, Level.WARN, message, failure, arguments));
    }

    private String encoded(LoggingConfig.Format format, ILoggingEvent event) {
        Encoder<ILoggingEvent> encoder = LogOutput.encoder(context, format);
        encoder.start();
        return new String(encoder.encode(event), StandardCharsets.UTF_8);
    }
}
