package io.letterbox.log;

import io.letterbox.disk.Disk;
import io.letterbox.record.TopicPartition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/** What an earlier process made durable ahead of the logs' own files; the next start puts into them what they lack. */
public interface WrittenAhead {
    /** Reads what there is of it. */
    @FunctionalInterface
    interface Source {
        /**
         * @param directory where the write-ahead files are; it need not exist
         * @throws IOException where a file cannot be read, or was written by another version
         */
        WrittenAhead read(Disk disk, Path directory) throws IOException;
    }

    /** Is given what was written ahead for one log. */
    @FunctionalInterface
    interface Taker {
        /**
         * @param file where it is
         * @param position where it begins there
         * @param batches whole batches, valid during the call
         */
        void take(Path file, long position, ByteBuffer batches) throws IOException;
    }

    /** Hands out what was written ahead for one incarnation of a partition, in the order in which it was appended. */
    void forEach(TopicPartition partition, UUID topicId, Taker taker) throws IOException;

    /** What was found damaged, a sentence each; whatever it cost shows where a log cannot be restored. */
    List<String> defects();
}
