package io.letterbox.log.sim;

import io.letterbox.disk.Disk;
import io.letterbox.disk.ForceFailedException;
import io.letterbox.disk.LogFile;
import io.letterbox.disk.OpenSegmentFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A simulated disk with the worst allowed behaviour. At a crash, bytes that were not forced vanish, stay, or stay in
 * parts; names that were made, changed or deleted since their directory was forced take effect or not, each for itself.
 * On demand a force fails (and the bytes are lost though later forces succeed), the disk is full, room and descriptors
 * run out at random, a bit flips, the machine stops before any chosen operation. A file of batches or of aborted
 * transactions that is closed with bytes that nobody has forced may lose them, and no later force says so. Few files of
 * segments may be open. Deleting an open file fails, as on Windows. For one thread.
 */
public final class SimDisk implements Disk {
    /** A name's new meaning; null deletes it. */
    private record NameChange(Path directory, Map<Path, SimFile> meanings) {}

    private static final String NO_ROOM = "No space left on device";
    private static final String NO_DESCRIPTOR = "Too many open files";

    /** Nobody could tell what is missing of these, or make it anew; of other files that is found out. */
    private static final List<String> MUST_NOT_LOSE = List.of(".log", ".txnindex");

    private final Random random;
    private final Map<Path, SimFile> names = new TreeMap<>();
    private final Map<Path, SimFile> durableNames = new TreeMap<>();
    private final List<NameChange> pending = new ArrayList<>();
    private final Set<Path> directories = new HashSet<>();
    private int generation;
    private int operationsLeft = Integer.MAX_VALUE;
    private int forcesLeft = Integer.MAX_VALUE;
    private boolean forceFailed;
    private long capacityBytes = Long.MAX_VALUE;
    private final Random shortageRandom;
    private final Random closeRandom;
    private final int mostOpen;
    private OpenSegmentFiles openFiles;
    private int shortageOneIn;

    public SimDisk(long seed) {
        random = new Random(seed);
        shortageRandom = new Random(seed ^ 0x5407);
        closeRandom = new Random(seed ^ 0xc105e);
        mostOpen = 1 + closeRandom.nextInt(4);
        openFiles = new OpenSegmentFiles(mostOpen);
    }

    /**
     * Lets one in this many operations fail that need space or a descriptor, except forces; 0 ends the shortages.
     * Deletions need neither.
     */
    public void shortages(int oneIn) {
        shortageOneIn = oneIn;
    }

    private void need(String otherwise) throws IOException {
        if (shortageOneIn > 0 && shortageRandom.nextInt(shortageOneIn) == 0) throw new IOException(otherwise);
    }

    /** Crashes before the n-th changing operation from now. */
    public void stopBefore(int operations) {
        operationsLeft = operations;
    }

    /** Fails the n-th force from now. */
    public void failForce(int forces) {
        forcesLeft = forces;
    }

    /** Whether a force has failed since the last start. */
    public boolean hasForceFailed() {
        return forceFailed;
    }

    /** Limits the size of all files together. */
    public void capacity(long bytes) {
        capacityBytes = bytes;
    }

    public long usedBytes() {
        return names.values().stream().mapToLong(SimFile::size).sum();
    }

    public void flip(Path path, int position, int bit) {
        names.get(path).flip(position, bit);
    }

    /** A copy of a file's content as a reader sees it. */
    public byte[] content(Path path) {
        return names.get(path).bytes().clone();
    }

    /** Simulates a loss of power and a restart; all open files are closed. */
    public void crash() {
        for (NameChange change : pending) {
            if (random.nextBoolean()) apply(durableNames, change);
        }
        pending.clear();
        Set<SimFile> files = new HashSet<>(names.values());
        files.addAll(durableNames.values());
        // In the order of names, so that a seed is reproducible.
        for (SimFile file : names.values()) if (files.remove(file)) file.crash(random);
        for (SimFile file : durableNames.values()) if (files.remove(file)) file.crash(random);
        names.clear();
        names.putAll(durableNames);
        restart();
    }

    /** Simulates a kill of the process: nothing is lost, all open files are closed. */
    public void kill() {
        for (SimFile file : names.values()) {
            file.openHandles = 0;
            file.writtenHere = false;
        }
        restart();
    }

    private void restart() {
        generation++;
        openFiles = new OpenSegmentFiles(mostOpen);
        forceFailed = false;
        operationsLeft = Integer.MAX_VALUE;
        forcesLeft = Integer.MAX_VALUE;
    }

    @Override
    public OpenSegmentFiles openFiles() {
        return openFiles;
    }

    @Override
    public LogFile open(Path path) throws IOException {
        need(NO_DESCRIPTOR);
        return new Handle(path, existing(path));
    }

    @Override
    public LogFile create(Path path) throws IOException {
        step();
        need(shortageRandom.nextBoolean() ? NO_DESCRIPTOR : NO_ROOM);
        SimFile file = names.get(path);
        if (file == null) {
            file = new SimFile();
            change(path, Map.of(path, file));
        } else {
            file.cut(0);
        }
        return new Handle(path, file);
    }

    /** A crash or a failed force may come after some bytes have reached the disk. */
    @Override
    public LogFile createDurable(Path path) throws IOException {
        create(path).close();
        need(NO_DESCRIPTOR);
        return new Handle(path, existing(path)) {
            @Override
            public void write(ByteBuffer source, long position) throws IOException {
                if (!source.isDirect() || source.remaining() % BLOCK_BYTES != 0 || position % BLOCK_BYTES != 0) {
                    throw new IllegalArgumentException(
                            source + " at " + position + " cannot be written past the cache");
                }
                if (position < existing(path).size()) writeNow(source, position);
                else super.write(source, position);
                force();
            }
        };
    }

    @Override
    public List<String> list(Path directory) throws IOException {
        need(NO_DESCRIPTOR);
        return Stream.concat(names.keySet().stream(), directories.stream())
                .filter(path -> path.startsWith(directory) && !path.equals(directory))
                .map(path -> path.getName(directory.getNameCount()).toString())
                .distinct()
                .sorted()
                .toList();
    }

    @Override
    public boolean exists(Path path) {
        if (names.containsKey(path) || directories.contains(path)) return true;
        // A crash may have restored a name, and with it its directory.
        return names.keySet().stream().anyMatch(name -> name.startsWith(path));
    }

    @Override
    public long size(Path path) throws IOException {
        return existing(path).size();
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        if (directories.contains(directory)) return;
        need(NO_ROOM);
        for (Path path = directory; path != null; path = path.getParent()) directories.add(path);
    }

    @Override
    public void link(Path existing, Path second) throws IOException {
        step();
        need(NO_ROOM);
        if (names.containsKey(second)) throw new IOException(second + " is there already");
        Map<Path, SimFile> meanings = new HashMap<>();
        meanings.put(second, existing(existing));
        change(second, meanings);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        step();
        need(NO_ROOM);
        if (!names.containsKey(from) && exists(from)) {
            renameDirectory(from, to);
            return;
        }
        SimFile file = existing(from);
        requireClosed(to);
        Map<Path, SimFile> meanings = new HashMap<>();
        meanings.put(from, null);
        meanings.put(to, file);
        change(from, meanings);
    }

    /** All that is below goes along or nothing. It is durable when the directory is that it is in then. */
    private void renameDirectory(Path from, Path to) throws IOException {
        if (exists(to)) throw new IOException(to + " is there already");
        Map<Path, SimFile> meanings = new HashMap<>();
        names.forEach((path, file) -> {
            if (!path.startsWith(from)) return;
            meanings.put(path, null);
            meanings.put(to.resolve(from.relativize(path)), file);
        });
        List<Path> below =
                directories.stream().filter(path -> path.startsWith(from)).toList();
        directories.removeAll(below);
        for (Path path : below) directories.add(to.resolve(from.relativize(path)));
        NameChange change = new NameChange(to.getParent(), meanings);
        pending.add(change);
        apply(names, change);
    }

    @Override
    public void delete(Path path) throws IOException {
        step();
        directories.remove(path);
        if (!names.containsKey(path)) return;
        requireClosed(path);
        Map<Path, SimFile> meanings = new HashMap<>();
        meanings.put(path, null);
        change(path, meanings);
    }

    @Override
    public OpenDirectory openDirectory(Path directory) throws IOException {
        need(NO_DESCRIPTOR);
        return new OpenDirectory() {
            @Override
            public void force() throws IOException {
                forceNames(directory);
            }

            @Override
            public void close() {
                // Open directories are not counted.
            }
        };
    }

    private void forceNames(Path directory) throws IOException {
        step();
        if (forceFails()) throw new ForceFailedException(directory.toString(), new IOException("EIO"));
        pending.removeIf(change -> {
            boolean here = change.directory.equals(directory);
            if (here) apply(durableNames, change);
            return here;
        });
    }

    private void change(Path path, Map<Path, SimFile> meanings) {
        NameChange change = new NameChange(path.getParent(), meanings);
        pending.add(change);
        apply(names, change);
    }

    private static void apply(Map<Path, SimFile> names, NameChange change) {
        change.meanings.forEach((path, file) -> {
            if (file == null) names.remove(path);
            else names.put(path, file);
        });
    }

    private SimFile existing(Path path) throws IOException {
        SimFile file = names.get(path);
        if (file == null) throw new NoSuchFileException(path.toString());
        return file;
    }

    private void requireClosed(Path path) throws IOException {
        SimFile file = names.get(path);
        if (file != null && file.openHandles > 0) throw new IOException(path + " is open");
    }

    private void step() {
        if (operationsLeft <= 1) {
            operationsLeft = 0;
            throw new SimCrash();
        }
        operationsLeft--;
    }

    private boolean forceFails() {
        boolean fails = --forcesLeft == 0;
        forceFailed |= fails;
        return fails;
    }

    private class Handle implements LogFile {
        private final Path path;
        private final SimFile file;
        private final int opened = generation;
        private boolean closed;

        Handle(Path path, SimFile file) {
            this.path = path;
            this.file = file;
            file.openHandles++;
        }

        private void requireOpen() throws IOException {
            if (closed || opened != generation) throw new ClosedChannelException();
        }

        @Override
        public long size() throws IOException {
            requireOpen();
            return file.size();
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            requireOpen();
            int count = (int) Math.max(0, Math.min(target.remaining(), file.size() - position));
            target.put(file.bytes(), count == 0 ? 0 : (int) position, count);
            return count;
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            boolean lacking = false;
            try {
                need(NO_ROOM);
            } catch (IOException full) {
                lacking = true;
            }
            if (lacking) {
                // A real disk writes the bytes that still fit.
                requireOpen();
                step();
                byte[] some = new byte[source.remaining() / 2];
                source.get(some);
                file.write((int) position, some);
                file.writtenHere = true;
                throw new IOException(NO_ROOM);
            }
            writeNow(source, position);
        }

        void writeNow(ByteBuffer source, long position) throws IOException {
            requireOpen();
            step();
            long growth = Math.max(0, position + source.remaining() - file.size());
            long room = Math.max(0, capacityBytes - usedBytes());
            int taken = (int) (growth <= room ? source.remaining() : source.remaining() - (growth - room));
            byte[] bytes = new byte[Math.max(0, taken)];
            source.get(bytes);
            file.write((int) position, bytes);
            file.writtenHere = true;
            if (source.hasRemaining()) throw new IOException(NO_ROOM);
        }

        @Override
        public void truncate(long sizeBytes) throws IOException {
            requireOpen();
            step();
            file.cut((int) sizeBytes);
            file.writtenHere = true;
        }

        @Override
        public void force() throws IOException {
            requireOpen();
            step();
            if (forceFails()) {
                file.failForce();
                throw new ForceFailedException(path.toString(), new IOException("EIO"));
            }
            file.force();
            file.writtenHere = false;
        }

        @Override
        public void close() {
            if (closed || opened != generation) return;
            closed = true;
            file.openHandles--;
            boolean risk = file.writtenHere && file.openHandles == 0 && operationsLeft > 0;
            boolean cares = MUST_NOT_LOSE.stream().anyMatch(path.toString()::endsWith);
            if (risk && cares && closeRandom.nextInt(3) == 0) file.failForce();
        }
    }
}
