package io.letterbox.cluster.healing;

import io.letterbox.disk.DataLayout;
import io.letterbox.disk.Disk;
import io.letterbox.storage.replica.LogPosition;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * The file with the phase of a replica that is not sound; no file stands for one that is. One line after the head:
 *
 * <pre>
 * repair 1                                                the format's version
 * unfit forgot -1 what it promised in Raft is gone        or "unfit remembers 4711 …": least index, why
 * vacant what it promised in Raft is gone                 why
 * copied new 7 4712                                       or "copied keeps 7 4712": term, index
 * placed
 * </pre>
 */
public final class RepairPhaseFile {
    private static final String HEAD = "repair 1";

    private RepairPhaseFile() {}

    /**
     * Reads the file.
     *
     * @throws IOException if it cannot be read: a replica of which that is not known must not be opened
     */
    public static RepairPhase read(Disk disk, Path file) throws IOException {
        String[] lines;
        try {
            lines = new String(disk.readAll(file), StandardCharsets.UTF_8).split("\n");
        } catch (NoSuchFileException none) {
            return new RepairPhase.Sound();
        }
        try {
            if (lines.length == 2 && lines[0].equals(HEAD)) return parse(lines[1]);
        } catch (IllegalArgumentException | IndexOutOfBoundsException damaged) {
            throw damaged(file, damaged);
        }
        throw damaged(file, null);
    }

    private static IOException damaged(Path file, Throwable cause) {
        return new IOException(
                DataLayout.displayName(file) + " cannot be read. It says how far a replica has come that is filled"
                        + " again, and has to be as it was written, by this version or an earlier one.",
                cause);
    }

    private static RepairPhase parse(String line) {
        String[] parts = line.split(" ", 4);
        switch (parts[0]) {
            case "unfit":
                return new RepairPhase.Unfit(is(parts[1], "forgot", "remembers"), Long.parseLong(parts[2]), parts[3]);
            case "vacant":
                return new RepairPhase.Vacant(line.substring("vacant ".length()));
            case "copied":
                return new RepairPhase.Copied(
                        is(parts[1], "keeps", "new"),
                        new LogPosition(Long.parseLong(parts[2]), Long.parseLong(parts[3])));
            case "placed":
                return new RepairPhase.Placed();
            default:
                throw new IllegalArgumentException(line);
        }
    }

    private static boolean is(String word, String yes, String no) {
        if (!word.equals(yes) && !word.equals(no)) throw new IllegalArgumentException(word);
        return word.equals(yes);
    }

    /** Replaces the file, or deletes it; durably. */
    public static void write(Disk disk, Path file, RepairPhase phase) throws IOException {
        String line;
        if (phase instanceof RepairPhase.Unfit unfit) {
            String memory = unfit.forgot() ? "forgot " : "remembers ";
            line = "unfit " + memory + unfit.leastIndex() + " " + oneLine(unfit.why());
        } else if (phase instanceof RepairPhase.Vacant vacant) {
            line = "vacant " + oneLine(vacant.why());
        } else if (phase instanceof RepairPhase.Copied copied) {
            line = "copied " + (copied.keepsVote() ? "keeps " : "new ")
                    + copied.position().term() + " " + copied.position().index();
        } else if (phase instanceof RepairPhase.Placed) {
            line = "placed";
        } else {
            disk.delete(file);
            disk.forceDirectory(file.getParent());
            return;
        }
        disk.replace(file, (HEAD + "\n" + line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static String oneLine(String why) {
        return why.replaceAll("\\s+", " ").strip();
    }
}
