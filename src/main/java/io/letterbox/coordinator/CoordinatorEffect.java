package io.letterbox.coordinator;

/** An effect outside the coordinator's partition, such as transaction markers in other partitions. */
public interface CoordinatorEffect {}
