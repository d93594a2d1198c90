package io.letterbox.log.sim;

/** The machine stops in the middle of whatever it does; an Error, so that no code under test takes it for a failure. */
public final class SimCrash extends Error {
    private static final long serialVersionUID = 1L;

    SimCrash() {
        super("the simulated machine has stopped", null, false, false);
    }
}
