package io.letterbox.cluster.raft;

import io.letterbox.disk.FileDisk;
import io.letterbox.metadata.ReplicaId;
import io.letterbox.text.FileTrouble;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.GroupManagementRequest;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.statemachine.StateMachine;
import org.apache.ratis.util.ExitUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This process in all Raft groups that it is a member of. Groups are opened and closed one by one, so that one that is
 * damaged does not stop the others. Safe from any thread but those of Ratis.
 */
public final class RaftNode implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(RaftNode.class);
    private static final long OPEN_TIMEOUT_S = 60;
    private static final long CLOSE_TIMEOUT_S = 10;

    /** Threads for what may not be done where Ratis calls. */
    private static final int MAX_THREADS = 16;

    /** So much of that may wait; that leadership of a group is over is among it, and must not be refused. */
    private static final int MAX_TASKS = 100_000;

    private final RaftOptions options;
    private final RaftServer server;
    /** Kept from collection. The transport logs where Logback does not, a trace for each connection that breaks. */
    private static final java.util.logging.Logger TRANSPORT =
            java.util.logging.Logger.getLogger("org.apache.ratis.thirdparty.io.grpc");

    static {
        TRANSPORT.setLevel(java.util.logging.Level.OFF);
    }

    private final RaftPeerId self;
    private final Map<RaftGroupId, StateMachine> machines;
    private final ClientId client = ClientId.randomId();
    private final AtomicLong calls = new AtomicLong();
    private final ThreadPoolExecutor executor;
    private volatile boolean closed;

    private RaftNode(RaftOptions options, RaftServer server, Map<RaftGroupId, StateMachine> machines) {
        this.options = options;
        this.server = server;
        this.self = server.getId();
        this.machines = machines;
        this.executor = new ThreadPoolExecutor(
                MAX_THREADS,
                MAX_THREADS,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(MAX_TASKS),
                task -> thread("raft-tasks", task));
        executor.allowCoreThreadTimeOut(true);
    }

    /**
     * Starts to listen, in no group yet; blocks.
     *
     * @throws IOException where the port or the directory cannot be used
     */
    public static RaftNode start(RaftOptions options) throws IOException {
        // Ratis ends the process where it cannot listen.
        ExitUtils.disableSystemExit();
        tryPort(options);
        Files.createDirectories(options.groups());
        Files.createDirectories(options.removedGroups());
        deleteTree(options.noGroups());
        Files.createDirectories(options.noGroups());
        RaftProperties properties = RaftSettings.of(options);
        Map<RaftGroupId, StateMachine> machines = new ConcurrentHashMap<>();
        Parameters parameters = new Parameters();
        GrpcConfigKeys.Server.setServicesCustomizer(parameters, (builder, types) -> builder.intercept(new OnlyRaft()));
        RaftServer server = RaftServer.newBuilder()
                .setServerId(RaftPeerId.valueOf(options.self().peer()))
                .setStateMachineRegistry(machines::get)
                .setProperties(properties)
                .setParameters(parameters)
                .build();
        server.start();
        // Read anew for each group.
        RaftServerConfigKeys.setStorageDir(
                server.getProperties(), List.of(options.groups().toFile()));
        return new RaftNode(options, server, machines);
    }

    private static void tryPort(RaftOptions options) throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(
                    options.listen().host(), options.listen().port()));
        } catch (IOException taken) {
            throw new IOException(
                    "Cannot listen on " + options.listen().authority() + " (" + FileTrouble.reason(taken)
                            + "). Choose another cluster.raftPort or cluster.host.",
                    taken);
        }
    }

    /**
     * Enters a group; blocks.
     *
     * @param members those that the group begins with; later ones are in its log. Empty for a replica that has a copy:
     *     it waits until the leader of the group has made it a member
     * @param isNew whether this replica may begin here without files of Raft. If not, they have to be there: a replica
     *     that forgot what it promised must not vote
     * @throws DamagedGroupException where its files are damaged
     * @throws IOException where the replica cannot be opened; the others go on
     */
    void open(RaftGroupId id, List<RaftMember> members, StateMachine machine, boolean isNew) throws IOException {
        Path directory = options.groups().resolve(id.getUuid().toString());
        boolean there = Files.exists(directory.resolve("current").resolve("raft-meta"));
        if (!there && !isNew) {
            throw new IOException("The data directory does not hold what this node promised in the Raft group "
                    + id.getUuid() + "; the replica has to be copied from another node");
        }
        if (there) {
            DamagedGroupException.checkPromises(directory.resolve("current"));
            OpenSegment.mend(directory.resolve("current"));
        } else {
            deleteTree(directory);
        }
        machines.put(id, machine);
        boolean entered = false;
        try {
            RaftGroup group =
                    RaftGroup.valueOf(id, members.stream().map(RaftMember::peer).toList());
            await(
                    server.groupManagementAsync(GroupManagementRequest.newAdd(client, self, nextCall(), group, !there)),
                    OPEN_TIMEOUT_S);
            entered = true;
        } catch (IOException failed) {
            if (there && DamagedGroupException.isDamage(failed))
                throw new DamagedGroupException(FileTrouble.reason(failed), failed);
            throw failed;
        } finally {
            if (!entered) machines.remove(id);
        }
    }

    /**
     * Leaves a group for now; its files stay. Blocks.
     *
     * @throws IOException where that does not end in time
     */
    void closeGroup(RaftGroupId id) throws IOException {
        if (machines.remove(id) == null || closed) return;
        CompletableFuture<RaftClientReply> left = new CompletableFuture<>();
        // Ratis closes in the thread that asks, and may wait there for long.
        thread("raft-leave", () -> server.groupManagementAsync(
                                GroupManagementRequest.newRemove(client, self, nextCall(), id, false, false))
                        .whenComplete((reply, failure) -> {
                            if (failure == null) left.complete(reply);
                            else left.completeExceptionally(failure);
                        }))
                .start();
        await(left, CLOSE_TIMEOUT_S);
    }

    /** Whether there is what this node has promised in a group. */
    boolean remembers(RaftGroupId id) {
        return Files.exists(options.groups()
                .resolve(id.getUuid().toString())
                .resolve("current")
                .resolve("raft-meta"));
    }

    /** @throws IOException while Ratis is still in a group, if it only leaves it */
    void requireLeft(RaftGroupId id) throws IOException {
        for (RaftGroupId each : server.getGroupIds())
            if (each.equals(id)) throw new IOException("Raft has not left the group " + id.getUuid() + " yet");
    }

    /**
     * Deletes what a replica has promised in a group that it has left and is no member of, as the group's leader has
     * said since. Blocks.
     */
    void forget(RaftGroupId id) throws IOException {
        requireLeft(id);
        deleteTree(options.groups().resolve(id.getUuid().toString()));
    }

    /** The first entry that there is of a group; -1 if there is none. Blocks. */
    long firstIndex(RaftGroupId id) throws IOException {
        return OpenSegment.firstIndex(
                options.groups().resolve(id.getUuid().toString()).resolve("current"));
    }

    /** The last entry of a group that is not open; -1 if there is none. Blocks. */
    long lastIndex(RaftGroupId id) throws IOException {
        return OpenSegment.lastIndex(
                options.groups().resolve(id.getUuid().toString()).resolve("current"));
    }

    /**
     * Deletes the entries of a group that is not open, and keeps term, vote and members: for a copy that reaches to the
     * last entry or further. Blocks.
     */
    void dropEntries(RaftGroupId id) throws IOException {
        requireLeft(id);
        Path current = options.groups().resolve(id.getUuid().toString()).resolve("current");
        try (DirectoryStream<Path> segments = Files.newDirectoryStream(current, "log_*")) {
            for (Path segment : segments) Files.delete(segment);
        }
        new FileDisk().forceDirectory(current);
    }

    /** As {@link #closeGroup}, on another thread; for where Ratis calls. */
    void leaveLater(RaftGroupId id) {
        try {
            executor.execute(() -> {
                try {
                    closeGroup(id);
                } catch (IOException failed) {
                    LOG.error("The Raft group {} does not close: {}", id.getUuid(), FileTrouble.reason(failed));
                }
            });
        } catch (RejectedExecutionException closing) {
            // All groups are being closed.
        }
    }

    RaftServer server() {
        return server;
    }

    RaftServer.Division division(RaftGroupId id) throws IOException {
        return server.getDivision(id);
    }

    RaftPeerId self() {
        return self;
    }

    /** This node with its directory. */
    ReplicaId replica() {
        return options.self();
    }

    /** The id of this node. */
    int node() {
        return options.self().node();
    }

    /** The node that a peer belongs to; -1 for null. */
    static int node(RaftPeerId peer) {
        if (peer == null) return -1;
        String id = peer.toString();
        return Integer.parseInt(id.substring(0, id.indexOf('-')));
    }

    /** For what may not be done in the thread in which Ratis calls. */
    ExecutorService executor() {
        return executor;
    }

    boolean isClosed() {
        return closed;
    }

    private long nextCall() {
        return calls.incrementAndGet();
    }

    /** Leaves all groups and listens no more; gives up after a while, because Ratis may wait for a day. */
    @Override
    public void close() {
        if (closed) return;
        closed = true;
        Thread closing = thread("raft-close", () -> {
            try {
                server.close();
            } catch (IOException failed) {
                LOG.warn("Raft did not close as it should: {}", FileTrouble.reason(failed));
            }
        });
        closing.start();
        try {
            closing.join(TimeUnit.SECONDS.toMillis(CLOSE_TIMEOUT_S));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
        if (closing.isAlive()) LOG.warn("Raft has not closed within {} s; the process goes on", CLOSE_TIMEOUT_S);
        executor.shutdown();
    }

    private static <T> T await(CompletableFuture<T> future, long timeoutS) throws IOException {
        try {
            return future.get(timeoutS, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            Throwable cause = failed.getCause();
            while (cause.getCause() != null && !(cause instanceof IOException)) cause = cause.getCause();
            throw new IOException("Raft: " + FileTrouble.reason(cause), cause);
        } catch (TimeoutException late) {
            throw new IOException("Raft has not answered within " + timeoutS + " s", late);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", stopped);
        }
    }

    private static Thread thread(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    private static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root)) return;
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException failure) throws IOException {
                if (failure != null) throw failure;
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
