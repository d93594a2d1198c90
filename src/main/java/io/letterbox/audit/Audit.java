package io.letterbox.audit;

import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.Command;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/** Writes the audit log's lines; with {@code log.format: json} their parts are fields, too. */
public final class Audit {
    /** The logger's name. */
    public static final String LOGGER = "audit";

    private static final Logger LOG = LoggerFactory.getLogger(LOGGER);

    private Audit() {}

    /** Writes the line of a change; to be called after the change was made. */
    public static void record(Change change, Actor by) {
        LoggingEventBuilder line = LOG.atInfo();
        for (var field : change.fields(by).entrySet()) line = line.addKeyValue(field.getKey(), field.getValue());
        line.log(change.text(by));
    }

    /** Writes the line of a command that changed the metadata; none for the server's own bookkeeping. */
    public static void record(Command command, ClusterImage before, ClusterImage after, Actor by) {
        Change change = MetadataChanges.of(command, before, after);
        if (change != null) record(change, by);
    }
}
