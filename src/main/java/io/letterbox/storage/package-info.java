/**
 * The shell around the log and the replica core: one {@link io.letterbox.storage.StorageVerticle} per shard performs
 * what the pure packages decide.
 *
 * <p>A shard is one worker context. It is the single writer of its partitions: it alone appends, truncates and deletes,
 * in the order in which messages reach it; forces that it has prepared may run on other threads. Reads come from any
 * thread through {@link io.letterbox.storage.LogAccess} and see only what a shard has published. No class here speaks a
 * protocol, and only the completion of futures runs on event loops.
 *
 * <h2>A restart, step by step</h2>
 *
 * <p>{@code StorageAssembly} takes these steps before the doors open; each names the file that it reads and its rule.
 *
 * <ol>
 *   <li>{@code lock} ({@code DataDirectory}): one process has the directory. The operating system's lock goes with
 *       the process, the file means nothing.
 *   <li>{@code meta/metadata.log} ({@code LocalMetadataLog}): its commands, one after the other, make the image. A
 *       torn last command is cut off, it was never answered; damage before the end ends the start. At the first start
 *       the image gets its shards, for good ({@code ShardCount}).
 *   <li>{@code meta/last-served} ({@code ClockWatch}): if the wall clock is more than an hour away from it, nothing
 *       is deleted for its age until the clock is confirmed.
 *   <li>{@code meta/clean-shutdown} and {@code meta/force-failed} ({@code RecoveryCheckpoint}): they say how the last
 *       process ended ({@code LastStop}). The former is taken away durably before anything else is written; the
 *       latter stays until the last step.
 *   <li>{@code meta/recovery-points} (read by the same): below its recovery point a log was forced together with its
 *       indexes. A log without one is looked through from its beginning.
 *   <li>{@code wal/*.wal} ({@code RecoveredWal}, by {@code WalScan}): the frames of each file's last use, sorted by
 *       partition. A frame that is not whole is the end of its file, unless a whole one of the same use follows: then
 *       it is damage, which is logged.
 *   <li>{@code topics/}, which only earlier versions made ({@code LayoutMigration}): each directory is renamed to where
 *       its partition belongs, after the recovery points have been written by incarnation. One whose
 *       {@code partition.metadata} names a topic that the image lists as deleted is deleted.
 *   <li>{@code shards/} ({@code ShardDrops}, on each shard): a directory that no topic has is dropped, in the journal
 *       first, if the image lists its topic as deleted or the write-ahead log says that it was dropped. Any other is
 *       left alone, because metadata may have been lost.
 *   <li>The partitions ({@code MetadataService} tells the shards the image; {@code ShardPartitions} opens several at
 *       a time), each of them:
 *       <ol>
 *         <li>{@code partition.metadata} ({@code PartitionDirectories}): a directory that is not there is made, after
 *             the journal has been told ({@code JournalEntry.Open}). The file has to name the topic's id. If it names
 *             another one, or if the directory is gone although there is a recovery point, the partition is
 *             quarantined.
 *         <li>The names in the directory ({@code StaleFiles}): half-written files are deleted, and a replacement of
 *             segments that was finished is carried out.
 *         <li>{@code log-start-offset-checkpoint}: segments wholly below the log start offset are deleted unread.
 *         <li>{@code *.log} and indexes ({@code LogRecovery}, {@code SegmentRecovery}, by the rules in
 *             {@code RecoveryRules}): segments below the recovery point are taken as they are, the others are read
 *             and checked batch by batch, and their indexes are made anew. After an unclean stop a bad batch at or
 *             above the recovery point is a torn end: it is cut off with everything behind it. Below it, or after a
 *             clean stop, it is damage: the partition is quarantined and no record of it is touched.
 *         <li>What was found is forced; after a failed force it is written once more before that, because the page
 *             cache may show what the disk does not have. {@code leader-epoch-checkpoint} is brought up to date.
 *         <li>{@code *.snapshot} ({@code ProducerSnapshots}): the newest one that can be read, and the batches behind
 *             it, give the producers and the open transactions.
 *         <li>The batches of step 6 for this partition ({@code WalReplay}): one that the log has, or that is of an
 *             older leader epoch, is passed over; the one that comes next is appended; if there is a gap before it,
 *             the partition is quarantined. Then the log is forced.
 *         <li>All of the log is durable now, so its end is the high watermark ({@code Leader}).
 *       </ol>
 *       A shortage (no descriptor, no room) leaves a partition <em>offline</em>, and the shard tries it again.
 *   <li>If no partition is offline, {@code meta/force-failed} goes. A file of the write-ahead log goes if all of its
 *       batches are in their logs now, or belong to deleted topics ({@code RecoveredWal}); otherwise it stays for a
 *       later start. If nothing is left of the deleted topics, the image forgets them.
 * </ol>
 *
 * <p>Coordinators replay their partitions as soon as these are open ({@code storage.coordinator}), beside the opening
 * doors; until then they answer that they are loading.
 */
package io.letterbox.storage;
