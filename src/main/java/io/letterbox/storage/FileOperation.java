package io.letterbox.storage;

/** Kinds of file operations of shards, as operators read of them while they fail. */
enum FileOperation {
    OPENING("Opening logs"),
    APPENDING("Appending to logs"),
    COMMITTING("Making appended records durable"),
    FLUSHING("Flushing logs at their interval"),
    RETENTION("Retention"),
    COMPACTION("Compaction"),
    CHECKPOINT("The checkpoint of logs"),
    DELETION("Deleting files of deleted topics"),
    READING("Reading logs");

    private final String title;

    FileOperation(String title) {
        this.title = title;
    }

    /** The name at the beginning of a sentence. */
    String title() {
        return title;
    }

    /**
     * True if the work is done for requests only: it may never be retried, so a failure has to be dropped after some
     * time.
     */
    boolean onDemand() {
        return this == APPENDING || this == READING;
    }
}
