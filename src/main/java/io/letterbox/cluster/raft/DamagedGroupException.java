package io.letterbox.cluster.raft;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.ratis.io.CorruptedFileException;
import org.apache.ratis.protocol.exceptions.ChecksumException;
import org.apache.ratis.thirdparty.com.google.protobuf.InvalidProtocolBufferException;

/**
 * What a replica has promised in its Raft group is not all there: it must not vote again before the group has it as a
 * new member.
 */
public final class DamagedGroupException extends IOException {
    private static final long serialVersionUID = 1L;

    DamagedGroupException(String why, Throwable cause) {
        super(why, cause);
    }

    /** Whether a failure to open a group says that its files are damaged, and not that something is lacking. */
    static boolean isDamage(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            boolean read = cause instanceof ChecksumException
                    || cause instanceof CorruptedFileException
                    || cause instanceof InvalidProtocolBufferException
                    || cause instanceof DamagedGroupException;
            if (read) return true;
            // Ratis has no types for these.
            String text = String.valueOf(cause.getMessage());
            if (text.contains("extra bytes after the terminator") || text.contains("Entry has size")) return true;
        }
        return false;
    }

    /**
     * Looks at the file with term and vote.
     *
     * @param current the directory of a group's files
     * @throws DamagedGroupException if it does not say both
     */
    static void checkPromises(Path current) throws IOException {
        Properties promises = new Properties();
        try (Reader reader = Files.newBufferedReader(current.resolve("raft-meta"))) {
            promises.load(new BufferedReader(reader));
            Long.parseLong(String.valueOf(promises.getProperty("term")));
            if (promises.getProperty("votedFor") != null) return;
        } catch (NoSuchFileException gone) {
            throw gone;
        } catch (IOException | IllegalArgumentException unreadable) {
            throw new DamagedGroupException("The file with term and vote in Raft cannot be read", unreadable);
        }
        throw new DamagedGroupException("The file with term and vote in Raft does not say the vote", null);
    }
}
