package io.letterbox.log;

/** How the last process that had the logs open ended, and so what their files may hold. */
public enum LastStop {
    /** All logs were closed: a bad batch anywhere is damage. */
    CLEAN,
    /** Logs may end with what a crash leaves, past their recovery points. */
    UNCLEAN,
    /**
     * The same, and a force had failed. The operating system may show what it could not write, and take it for written; so
     * what lies past the recovery points is written once more before it is forced.
     */
    FORCE_FAILED
}
