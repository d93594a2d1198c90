package io.letterbox.kafka;

/**
 * How far the next frame of a connection has come, and what it holds of the byte budget meanwhile. Values without
 * identity; each method that returns a state is a transition, and none of them does anything.
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
    /** Nothing of the next frame is there but its beginning, at the most. */
    FrameIntake BETWEEN = new Between();

    /** Nothing of the next frame is there but its beginning, at the most: it holds nothing. */
    record Between() implements FrameIntake {
        @Override
        public int heldBytes() {
            return 0;
        }
    }

    /** Room was made for the frame, and its bytes are being looked at. */
    record Arriving(int heldBytes) implements FrameIntake {}

    /** The frame did not come in one piece: how long it takes is watched ({@link io.letterbox.ingress.Transfers}). */
    record Uploading(int heldBytes) implements FrameIntake {}

    /** The frame is there, and waits for its turn: however long that takes, the client is not to blame. */
    record Whole(int heldBytes) implements FrameIntake {}

    /** What the frame holds of the byte budget. */
    int heldBytes();

    /** Whether room was made for the frame. */
    default boolean isOpen() {
        return !(this instanceof Between);
    }

    /** Whether the time that the frame takes is watched. */
    default boolean isWatched() {
        return this instanceof Uploading;
    }

    /** The budget has given bytes, and room was made. */
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

    /** All of the frame is there. */
    default FrameIntake whole() {
        if (!isOpen()) throw new IllegalStateException("there is no frame");
        return this instanceof Whole ? this : new Whole(heldBytes());
    }

    /** The frame was taken, and what it holds with it. */
    default FrameIntake taken() {
        if (this instanceof Whole) return BETWEEN;
        throw new IllegalStateException("no frame is whole: " + this);
    }
}
