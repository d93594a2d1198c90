package io.letterbox.log.sim;

/** Runs a check once for every seed, or for the one seed that {@code -Dletterbox.simSeed} names. */
public final class Seeds {
    /** A check of one seed. */
    public interface Check {
        void run(long seed) throws Exception;
    }

    private Seeds() {}

    /** Throws for the first seed that fails, with the line that replays it. */
    public static void forEach(Class<?> test, Check check) throws Exception {
        Long only = Long.getLong("letterbox.simSeed");
        long count = only == null ? Long.getLong("letterbox.simSeeds", 100L) : 1;
        for (long index = 0; index < count; index++) {
            long seed = only == null ? index : only;
            try {
                check.run(seed);
            } catch (Throwable failure) {
                throw new AssertionError(
                        "seed " + seed + ": replay with: mvn test -Dtest=" + test.getSimpleName()
                                + " -Dletterbox.simSeed=" + seed,
                        failure);
            }
        }
    }
}
