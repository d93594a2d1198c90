package io.letterbox.metadata;

import io.letterbox.error.ErrorCode;

/** The result of a {@link Command}. */
public sealed interface Reply {
    /**
     * The version of the image for which the reply was given; a receiver may have to wait until that image is
     * published.
     */
    long version();

    /** The command changed the image; {@code version} is the image's version with the change in it. */
    record Applied(long version) implements Reply {}

    /** The command was refused and changed nothing; {@code version} is that of the image for which it does not fit. */
    record Refused(long version, ErrorCode code, String detail) implements Reply {}
}
