package io.letterbox.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.letterbox.text.FileTrouble;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Publishes every line of standard input as a record, or tombstones of keys. */
@Command(
        name = "publish",
        header = "Publish the lines of standard input, a record each, or take keys back.",
        description = {
            "",
            "Order is kept: a request leaves when the one before it was acknowledged, with all lines that have come"
                    + " meanwhile. An acknowledged record is on the server's disk.",
            "When it ends early, by a failure or by Ctrl-C, it says how many lines were acknowledged and with which"
                    + " --skip the same input goes on from there.",
            "With --tombstone nothing is read: records without a value are written, which in a topic with"
                    + " cleanup.policy=compact take back what the keys had.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  echo hello | ${ROOT-COMMAND-NAME} publish greetings",
            "  ${ROOT-COMMAND-NAME} publish quakes < quakes.ndjson",
            "  printf 'k1:a\\nk2:b\\n' | ${ROOT-COMMAND-NAME} publish pairs --key-separator :",
            "  ${ROOT-COMMAND-NAME} publish pairs --tombstone k1"
        })
final class PublishCommand implements Callable<Integer> {
    /** The longest wait for the request in flight after Ctrl-C. */
    private static final long STOP_WAIT_MS = 5000;

    private final Terminal terminal;

    @Parameters(paramLabel = "TOPIC", description = "The topic; the server may create it.")
    private String topic;

    @Option(
            names = {"-k", "--key-separator"},
            paramLabel = "TEXT",
            description = "A line is key, TEXT, value. Records with the same key go to the same partition, in order.")
    private String keySeparator;

    @Option(names = "--key", paramLabel = "KEY", description = "The key of every record.")
    private String key;

    @Option(
            names = "--key-field",
            paramLabel = "POINTER",
            description =
                    "Lines are JSON, and the key of each is what this JSON pointer finds in it, such as /user/id.")
    private String keyField;

    @Option(
            names = "--null-marker",
            paramLabel = "TEXT",
            description =
                    "A line, or what stands behind its key, that is exactly TEXT becomes a record without a value.")
    private String nullMarker;

    @Option(
            names = {"-H", "--header"},
            paramLabel = "NAME=VALUE",
            description = "A header of every record, its name in small letters. Can be repeated.")
    private List<String> headers = List.of();

    @Option(
            names = "--tombstone",
            paramLabel = "KEY",
            description = "Writes a record without a value for KEY, and reads no input. Can be repeated.")
    private List<String> tombstones = List.of();

    @Option(names = "--skip", paramLabel = "N", description = "Leaves out the first N lines, which are there already.")
    private long skip;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "5000",
            description = "Lines in one request at most, ${DEFAULT-VALUE} unless said otherwise; 1 to 10000.")
    private int batch;

    @Mixin
    private ServerOption server = new ServerOption();

    @Mixin
    private JsonOption json = new JsonOption();

    PublishCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        check();
        ServerClient client = server.connect();
        if (!tombstones.isEmpty())
            return new Tombstones(client, topic, shape().headers()).write(tombstones, terminal, json);
        if (terminal.watched() && terminal.typed()) {
            terminal.err().println("letterbox: reads records from the keyboard, one a line; Ctrl-D ends");
        }
        Publishing publishing = new Publishing(client, topic, shape(), batch, skip);
        CountDownLatch reported = new CountDownLatch(1);
        Thread hook = new Thread(() -> stop(publishing, reported), "letterbox-interrupted");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            return run(publishing);
        } finally {
            reported.countDown();
            removeShutdownHook(hook);
        }
    }

    private void check() {
        if (batch < 1 || batch > 10_000) {
            throw new Failure(ExitCode.USAGE, "--batch is " + batch + "; allowed is a whole number from 1 to 10000");
        }
        if (skip < 0) {
            throw new Failure(ExitCode.USAGE, "--skip is " + skip + "; allowed is 0 or more");
        }
        if (keySeparator != null && keySeparator.isEmpty()) {
            throw new Failure(ExitCode.USAGE, "--key-separator is empty");
        }
        exclusive("--key", key, "--key-separator", keySeparator);
        exclusive("--key", key, "--key-field", keyField);
        exclusive("--key-separator", keySeparator, "--key-field", keyField);
        exclusive("--key-field", keyField, "--null-marker", nullMarker);
        if (tombstones.isEmpty()) return;
        for (String other : Arrays.asList(keySeparator, key, keyField, nullMarker, skip == 0 ? null : "")) {
            if (other != null) {
                throw new Failure(ExitCode.USAGE, "--tombstone reads no lines, so options about lines have no meaning");
            }
        }
    }

    private static void exclusive(String name, String value, String otherName, String otherValue) {
        if (value != null && otherValue != null) {
            throw new Failure(ExitCode.USAGE, name + " and " + otherName + " exclude each other");
        }
    }

    private RecordShape shape() {
        return new RecordShape(bytes(keySeparator), key, keyField, bytes(nullMarker), RecordHeaders.of(headers));
    }

    private static byte[] bytes(String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    private int run(Publishing publishing) {
        Progress progress = new Progress(terminal, "acknowledged");
        Failure failure = null;
        try {
            publishing.run(new LineSource(terminal.in()), progress::show);
        } catch (Failure e) {
            failure = e;
        } catch (IOException e) {
            failure = new Failure(ExitCode.FAILED, "standard input cannot be read: " + FileTrouble.reason(e));
        } catch (InterruptedException e) {
            failure = new Failure(ExitCode.FAILED, "interrupted");
        }
        progress.end();
        report(publishing, failure);
        return failure == null ? ExitCode.OK : failure.exitCode();
    }

    private void report(Publishing publishing, Failure failure) {
        boolean complete = failure == null && !publishing.stopped();
        long resumeAt = skip + publishing.acknowledged();
        if (json.wanted()) {
            ObjectNode report = ServerClient.JSON.createObjectNode();
            report.put("complete", complete);
            report.put("acknowledged", publishing.acknowledged());
            report.put("skip", resumeAt);
            report.put("uncertain", publishing.uncertainLines());
            if (failure != null) {
                report.putObject("error").put("code", failure.code()).put("detail", failure.getMessage());
            }
            terminal.out().println(report);
            terminal.out().flush();
            return;
        }
        if (failure != null) {
            terminal.err().println("letterbox: " + failure.getMessage());
        }
        terminal.err()
                .println("letterbox: " + ReadableNumbers.count(publishing.acknowledged(), "record") + " acknowledged");
        if (!complete) {
            if (publishing.uncertainLines() > 0) {
                terminal.err()
                        .println("letterbox: of the next " + ReadableNumbers.count(publishing.uncertainLines(), "line")
                                + " it is not known whether they arrived; going on sends them again");
            }
            terminal.err().println("letterbox: go on with the same input and --skip " + resumeAt);
        }
        terminal.err().flush();
    }

    private static void stop(Publishing publishing, CountDownLatch reported) {
        publishing.stop();
        try {
            reported.await(STOP_WAIT_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void removeShutdownHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is exiting already; the shutdown hook waits for the report.
        }
    }
}
