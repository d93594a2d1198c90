package io.letterbox.cli;

/** The name by which this program was called, so that users can type the commands in its messages. */
final class CommandName {
    /** Set by the launcher. */
    private static final String PROPERTY = "letterbox.command";

    private static final String JAR = "letterbox.jar";
    private static final String USUAL = "letterbox";

    private CommandName() {}

    /** {@code scripts/letterbox}, {@code java -jar target/letterbox.jar} or, if unknown, {@code letterbox}. */
    static String get() {
        return of(System.getProperty(PROPERTY, ""), System.getProperty("java.class.path", ""));
    }

    static String of(String told, String classPath) {
        if (isPlain(told)) return told;
        boolean jar = classPath.equals(JAR) || classPath.endsWith("/" + JAR);
        return jar && isPlain(classPath) ? "java -jar " + classPath : USUAL;
    }

    /** Whether a shell takes the text for one word, and the help texts take nothing in it for a pattern. */
    private static boolean isPlain(String word) {
        return word.matches("[A-Za-z0-9_./~+@-]+");
    }
}
