package io.letterbox.cluster.raft;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.rpc.SupportedRpcType;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/**
 * All settings of Ratis, in one place. Some of Ratis' settings take promises away that acknowledgements rest on; {@link
 * #requireDurable} looks at them again before a server is started.
 */
final class RaftSettings {
    /** The largest entry. Never lower it: what is larger in a log could not be read any more. */
    static final int MAX_ENTRY_BYTES = 4 << 20;

    /** Room in an entry for what Ratis adds. */
    static final int ENTRY_OVERHEAD_BYTES = 4 << 10;

    /** Entries of one group that are proposed and not committed yet; 16 of the largest fit below the byte limits. */
    static final int MAX_IN_FLIGHT = 16;

    private static final int MIB = 1 << 20;

    private RaftSettings() {}

    static RaftProperties of(RaftOptions options) {
        RaftProperties properties = new RaftProperties();
        RaftConfigKeys.Rpc.setType(properties, SupportedRpcType.GRPC);
        network(properties, options);
        elections(properties, options);
        log(properties);
        reads(properties);
        RaftServerConfigKeys.setStorageDir(
                properties, List.of(options.noGroups().toFile()));
        RaftServerConfigKeys.setRemovedGroupsDir(
                properties, options.removedGroups().toFile());
        requireDurable(properties);
        return properties;
    }

    /** @throws IllegalStateException where an acknowledgement could be lost, or a replica could differ from others */
    static void requireDurable(RaftProperties properties) {
        require(!RaftServerConfigKeys.Log.useMemory(properties), RaftServerConfigKeys.Log.USE_MEMORY_KEY);
        require(
                !RaftServerConfigKeys.Log.unsafeFlushEnabled(properties),
                RaftServerConfigKeys.Log.UNSAFE_FLUSH_ENABLED_KEY);
        require(
                !RaftServerConfigKeys.Log.asyncFlushEnabled(properties),
                RaftServerConfigKeys.Log.ASYNC_FLUSH_ENABLED_KEY);
        require(
                RaftServerConfigKeys.Log.appendEntriesComposeEnabled(properties),
                RaftServerConfigKeys.Log.APPEND_ENTRIES_COMPOSE_ENABLED_KEY);
        require(
                RaftServerConfigKeys.Log.corruptionPolicy(properties)
                        == RaftServerConfigKeys.Log.CorruptionPolicy.EXCEPTION,
                RaftServerConfigKeys.Log.CORRUPTION_POLICY_KEY);
        require(
                !RaftServerConfigKeys.Log.Appender.installSnapshotEnabled(properties),
                RaftServerConfigKeys.Log.Appender.INSTALL_SNAPSHOT_ENABLED_KEY);
        require(
                RaftServerConfigKeys.Read.leaderHeartbeatCheckEnabled(properties),
                RaftServerConfigKeys.Read.LEADER_HEARTBEAT_CHECK_ENABLED_KEY);
        require(
                RaftServerConfigKeys.Log.Appender.bufferByteLimit(properties).getSizeInt() >= MAX_ENTRY_BYTES,
                RaftServerConfigKeys.Log.Appender.BUFFER_BYTE_LIMIT_KEY);
    }

    private static void require(boolean safe, String key) {
        if (!safe) throw new IllegalStateException("Ratis' setting " + key + " gives promises away");
    }

    private static void network(RaftProperties properties, RaftOptions options) {
        GrpcConfigKeys.Server.setHost(properties, options.listen().host());
        GrpcConfigKeys.Server.setPort(properties, options.listen().port());
        GrpcConfigKeys.setMessageSizeMax(properties, bytes(8 * MIB));
        GrpcConfigKeys.setFlowControlWindow(properties, bytes(4 * MIB));
        // Of its own: Ratis has another Netty than the doors.
        GrpcConfigKeys.Server.setBossGroupSize(properties, 1);
        GrpcConfigKeys.Server.setWorkerGroupSize(properties, 2);
        GrpcConfigKeys.Client.setWorkerGroupSize(properties, 2);
    }

    private static void elections(RaftProperties properties, RaftOptions options) {
        RaftServerConfigKeys.Rpc.setTimeoutMin(properties, ms(options.electionMinMs()));
        RaftServerConfigKeys.Rpc.setTimeoutMax(properties, ms(options.electionMaxMs()));
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(properties, ms(options.electionMinMs()));
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(properties, ms(options.electionMaxMs()));
        // A forced write may take long.
        RaftServerConfigKeys.Rpc.setRequestTimeout(properties, ms(5_000));
        RaftServerConfigKeys.LeaderElection.setLeaderStepDownWaitTime(properties, ms(2_000));
        // After a longer pause of the process Ratis would close all groups for good.
        RaftServerConfigKeys.setCloseThreshold(properties, TimeDuration.valueOf(1, TimeUnit.DAYS));
        RaftServerConfigKeys.setStagingTimeout(properties, ms(30_000));
        RaftServerConfigKeys.setStagingCatchupGap(properties, 16);
    }

    private static void log(RaftProperties properties) {
        RaftServerConfigKeys.Log.setUseMemory(properties, false);
        RaftServerConfigKeys.Log.setUnsafeFlushEnabled(properties, false);
        RaftServerConfigKeys.Log.setAsyncFlushEnabled(properties, false);
        RaftServerConfigKeys.Log.setAppendEntriesComposeEnabled(properties, true);
        RaftServerConfigKeys.Log.setCorruptionPolicy(properties, RaftServerConfigKeys.Log.CorruptionPolicy.EXCEPTION);
        RaftServerConfigKeys.Log.setLogMetadataEnabled(properties, true);
        RaftServerConfigKeys.Log.setForceSyncNum(properties, 16);
        RaftServerConfigKeys.Log.setSegmentSizeMax(properties, bytes(8 * MIB));
        RaftServerConfigKeys.Log.setPreallocatedSize(properties, bytes(MIB));
        RaftServerConfigKeys.Log.setWriteBufferSize(properties, bytes(MAX_ENTRY_BYTES + 64 * 1024));
        RaftServerConfigKeys.Log.setSegmentCacheNumMax(properties, 2);
        RaftServerConfigKeys.Log.setSegmentCacheSizeMax(properties, bytes(24 * MIB));
        RaftServerConfigKeys.Log.Appender.setBufferByteLimit(properties, bytes(MAX_ENTRY_BYTES));
        RaftServerConfigKeys.Log.Appender.setInstallSnapshotEnabled(properties, false);
        // A full queue would hold the group's lock, elections included: it never fills below the limit of writes.
        int inFlight = (MAX_IN_FLIGHT + 8) * MAX_ENTRY_BYTES;
        RaftServerConfigKeys.Write.setByteLimit(properties, bytes(inFlight));
        RaftServerConfigKeys.Log.setQueueByteLimit(properties, bytes(2 * inFlight));
        RaftServerConfigKeys.Log.setPurgeUptoSnapshotIndex(properties, true);
        RaftServerConfigKeys.Log.setPurgeGap(properties, 16);
        RaftServerConfigKeys.Log.setPurgePreservationLogNum(properties, 64);
        // Checkpoints and images are ours, and so is when the log is purged.
        RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(properties, false);
        RaftServerConfigKeys.Snapshot.setTriggerWhenStopEnabled(properties, false);
        RaftServerConfigKeys.Snapshot.setTriggerWhenRemoveEnabled(properties, false);
        RaftServerConfigKeys.Snapshot.setRetentionFileNum(properties, -1);
        // Kept for every entry, on followers too; no call is ever repeated under its number.
        RaftServerConfigKeys.RetryCache.setExpiryTime(properties, ms(2_000));
    }

    private static void reads(RaftProperties properties) {
        RaftServerConfigKeys.Read.setOption(properties, RaftServerConfigKeys.Read.Option.LINEARIZABLE);
        RaftServerConfigKeys.Read.setLeaderLeaseEnabled(properties, true);
        RaftServerConfigKeys.Read.setLeaderHeartbeatCheckEnabled(properties, true);
        // Has to be more than the time that a read may take, ten seconds.
        RaftServerConfigKeys.Read.ReadAfterWriteConsistent.setWriteIndexCacheExpiryTime(properties, ms(11_000));
    }

    private static SizeInBytes bytes(int count) {
        return SizeInBytes.valueOf(count);
    }

    private static TimeDuration ms(int count) {
        return TimeDuration.valueOf(count, TimeUnit.MILLISECONDS);
    }
}
