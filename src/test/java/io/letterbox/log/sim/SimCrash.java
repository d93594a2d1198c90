package io.letterbox.log.sim;

/** The simulated crash of the machine; an Error, so that no code under test handles it as a failure. */
public final class SimCrash extends Error {
    private static final long serialVersionUID = 1L;

    SimCrash() {
        super("the simulated machine has stopped", null, false, false);
    }
}
