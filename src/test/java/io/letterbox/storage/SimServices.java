package io.letterbox.storage;

import io.letterbox.config.LetterboxConfig;
import io.letterbox.log.producers.ProducerLimits;
import io.letterbox.log.sim.SimDisk;
import io.letterbox.log.wal.WalDirectory;
import io.letterbox.time.Clock;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Executor;

/** What the shards of a simulated machine share: one shard, with nothing that needs threads of its own. */
final class SimServices {
    private SimServices() {}

    /**
     * Reads the data directory as a start does.
     *
     * @param node the node's id
     * @param background runs forces when the simulation wants it to
     */
    static StorageServices of(int node, SimDisk disk, DataDirectory directory, Executor background, Clock clock)
            throws IOException {
        HostedPartitions hosted = new HostedPartitions();
        RecoveryCheckpoint recovery = new RecoveryCheckpoint(disk, directory.layout(), hosted, name -> null);
        WalDirectory wal = WalDirectory.open(disk, directory.layout().wal());
        return new StorageServices(
                node,
                clock,
                1,
                LetterboxConfig.defaults().storage(),
                directory,
                disk,
                wal,
                hosted,
                recovery,
                null,
                null,
                new Shortages(clock),
                null,
                null,
                new ParallelFsync(background, recovery::forceFailed),
                failure -> {},
                ProducerLimits.defaults(),
                List.of());
    }
}
