package io.letterbox.time;

/** Tells the time of two clocks. Any thread. */
public interface Clock {
    /** Milliseconds since this process began, more or less: never goes back, and no operator can set it. */
    long elapsedMs();

    /** Milliseconds since 1970, as the machine has it: can go back or forward at any moment. */
    long wallMs();

    /** Both. */
    default Moment now() {
        return new Moment(elapsedMs(), wallMs());
    }

    /** The clocks of this machine. */
    static Clock system() {
        return SystemClock.INSTANCE;
    }
}
