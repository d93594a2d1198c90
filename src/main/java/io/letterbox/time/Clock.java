package io.letterbox.time;

/** The monotonic clock and the wall clock. Any thread. */
public interface Clock {
    /** The monotonic time in milliseconds, roughly since this process began: never goes back and cannot be set. */
    long elapsedMs();

    /** The wall time in milliseconds since 1970: can go back or forward at any moment. */
    long wallMs();

    /** The times of both clocks. */
    default Moment now() {
        return new Moment(elapsedMs(), wallMs());
    }

    /** The clocks of this machine. */
    static Clock system() {
        return SystemClock.INSTANCE;
    }
}
