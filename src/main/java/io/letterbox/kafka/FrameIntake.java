package io.letterbox.kafka;

/**
 * The progress of a connection's next frame, and the bytes that it has acquired from the budget meanwhile. Values
 * without identity; each method that returns a state is a transition without side effects.
 *
 * <pre>
 *             open              bytes are missing
 *   Between ────────► Arriving ───────────────────► Uploading
 *      ▲                  │  all there        all there │
 *      │                  ▼                             │
 *      └──────────────  Whole  ◄────────────────────────┘
 *          taken
 * </pre>
 */
sealed interface FrameIntake {
    /** At most the beginning of the next frame has arrived. */
    FrameIntake BETWEEN = new Between();

    /** At most the beginning of the next frame has arrived: it has acquired no bytes. */
    record Between() implements FrameIntake {
        @Override
        public int heldBytes() {
            return 0;
        }
    }

    /** The frame has been allocated, and its bytes are being read. */
    record Arriving(int heldBytes) implements FrameIntake {}

    /** The frame arrives in several pieces: its time is limited ({@link io.letterbox.ingress.Transfers}). */
    record Uploading(int heldBytes) implements FrameIntake {}

    /** The frame is complete, and its request waits to begin: that time does not count against the client. */
    record Whole(int heldBytes) implements FrameIntake {}

    /** The bytes that the frame has acquired from the budget. */
    int heldBytes();

    /** Whether the frame has been allocated. */
    default boolean isOpen() {
        return !(this instanceof Between);
    }

    /** Whether the frame's time is limited. */
    default boolean isWatched() {
        return this instanceof Uploading;
    }

    /** Bytes have been acquired from the budget, and the frame has been allocated. */
    default FrameIntake open(int bytes) {
        if (isOpen()) throw new IllegalStateException("a frame is " + this);
        return new Arriving(bytes);
    }

    /** Bytes of the frame are missing. */
    default FrameIntake missing() {
        if (this instanceof Arriving) return new Uploading(heldBytes());
        if (this instanceof Uploading) return this;
        throw new IllegalStateException("no bytes can be missing: " + this);
    }

    /** The frame is complete. */
    default FrameIntake whole() {
        if (!isOpen()) throw new IllegalStateException("there is no frame");
        return this instanceof Whole ? this : new Whole(heldBytes());
    }

    /** The frame has been taken, together with its bytes of the budget. */
    default FrameIntake taken() {
        if (this instanceof Whole) return BETWEEN;
        throw new IllegalStateException("no frame is whole: " + this);
    }
}
