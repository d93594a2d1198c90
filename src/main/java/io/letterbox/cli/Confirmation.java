package io.letterbox.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;

/** Asks the user to type the name of what is about to be deleted. */
final class Confirmation {
    private Confirmation() {}

    /**
     * Returns when the user has typed the name.
     *
     * @param loss what the deletion costs, a sentence without its full stop
     * @throws Failure if there is no keyboard, or something else was typed
     */
    static void require(Terminal terminal, String loss, String kind, String name) throws IOException {
        if (!terminal.canAsk()) {
            throw new Failure(ExitCode.USAGE, "nobody can be asked here; --yes deletes without asking");
        }
        terminal.err().print(loss + ". Type the " + kind + "'s name to go on: ");
        terminal.err().flush();
        String answer = new BufferedReader(new InputStreamReader(terminal.in(), Charset.defaultCharset())).readLine();
        if (answer == null || !answer.strip().equals(name)) {
            throw new Failure(ExitCode.FAILED, "nothing was deleted");
        }
    }
}
