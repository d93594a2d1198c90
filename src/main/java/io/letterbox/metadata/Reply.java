package io.letterbox.metadata;

import io.letterbox.error.ErrorCode;

/** What became of a {@link Command}. */
public sealed interface Reply {
    /** The command changed the image; {@code version} is the image's version with the change in it. */
    record Applied(long version) implements Reply {}

    /** The command was refused and changed nothing. */
    record Refused(ErrorCode code, String detail) implements Reply {}
}
