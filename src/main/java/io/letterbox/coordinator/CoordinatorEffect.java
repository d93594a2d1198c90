package io.letterbox.coordinator;

/** Something that a coordinator wants done elsewhere, such as transaction markers in other partitions. */
public interface CoordinatorEffect {}
