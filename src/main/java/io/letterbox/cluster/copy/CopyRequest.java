package io.letterbox.cluster.copy;

/** What a node that is to be filled asks the one that has the files. */
public sealed interface CopyRequest {
    /**
     * Pin a checkpoint of a shard's replica, or say that one is still pinned. Answered by {@link CopyAnswer.Pinned}.
     *
     * @param shard its number
     * @param leastIndex the checkpoint has to reach up to here, else a new one is made first; -1 if any will do
     * @param copy the id of a pin that is to go on; 0 for a new one
     */
    record Pin(int shard, long leastIndex, long copy) implements CopyRequest {}

    /**
     * Give some bytes of a file. Answered by {@link CopyAnswer.Range}.
     *
     * @param file its place in the manifest; {@link #MANIFEST} for the manifest itself
     * @param offset in the file
     * @param length 1 to {@link CopyPlan#RANGE_BYTES}
     */
    record Read(long copy, int file, long offset, int length) implements CopyRequest {
        /** Stands for the manifest. */
        public static final int MANIFEST = -1;
    }

    /** The files are not needed any more. Answered by {@link CopyAnswer.Released}, also if they were not pinned. */
    record Release(long copy) implements CopyRequest {}
}
