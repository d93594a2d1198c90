package io.letterbox.storage;

/** What shards do on files, as operators hear of it where it cannot be done for now. */
enum Work {
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

    Work(String title) {
        this.title = title;
    }

    /** The beginning of a sentence. */
    String title() {
        return title;
    }

    /** True where it is done when somebody asks, so that nobody may ever come to see that it works again. */
    boolean onDemand() {
        return this == APPENDING || this == READING;
    }
}
