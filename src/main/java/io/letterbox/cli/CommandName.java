package io.letterbox.cli;

/** How this program was called, so that whoever reads its advice can type it. */
final class CommandName {
    /** Set by the launcher, which knows its own name. */
    private static final String PROPERTY = "letterbox.command";

    private static final String JAR = "letterbox.jar";
    private static final String USUAL = "letterbox";

    private CommandName() {}

    /** {@code scripts/letterbox}, {@code java -jar target/letterbox.jar} or, where nobody knows, {@code letterbox}. */
    static String get() {
        return of(System.getProperty(PROPERTY, ""), System.getProperty("java.class.path", ""));
    }

    static String of(String told, String classPath) {
        if (isPlain(told)) return told;
        boolean jar = classPath.equals(JAR) || classPath.endsWith("/" + JAR);
        return jar && isPlain(classPath) ? "java -jar " + classPath : USUAL;
    }

    /** What a shell takes for one word, and the texts of the help for no pattern. */
    private static boolean isPlain(String word) {
        return word.matches("[A-Za-z0-9_./~+@-]+");
    }
}
