package io.letterbox.log;

/** How the last process that had the logs open ended, and so what their files may hold. */
public enum LastStop {
    /** All logs were closed: a bad batch anywhere is damage. */
    CLEAN,
    /** Past their recovery points, logs may end with torn batches. */
    UNCLEAN,
    /**
     * As {@link #UNCLEAN}, and a force had failed. The page cache may hold pages that could not be written but count as
     * clean, so everything past the recovery points is written again before it is forced.
     */
    FORCE_FAILED
}
