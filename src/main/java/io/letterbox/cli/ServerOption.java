package io.letterbox.cli;

import java.net.URI;
import picocli.CommandLine.Option;

/** The option that says which server a command talks to. */
final class ServerOption {
    @Option(
            names = "--server",
            paramLabel = "URL",
            defaultValue = "${env:LETTERBOX_SERVER:-http://127.0.0.1:8080}",
            description =
                    "The server to talk to: http://127.0.0.1:8080 unless LETTERBOX_SERVER or this says otherwise.")
    private String server;

    ServerClient connect() {
        URI base;
        try {
            base = URI.create(server.endsWith("/") ? server.substring(0, server.length() - 1) : server);
        } catch (IllegalArgumentException e) {
            throw wrong();
        }
        boolean http = "http".equals(base.getScheme()) || "https".equals(base.getScheme());
        if (!http || base.getHost() == null || base.getRawQuery() != null) {
            throw wrong();
        }
        return new ServerClient(base);
    }

    private Failure wrong() {
        return new Failure(
                ExitCode.USAGE,
                "--server " + server + " is not the address of a server, such as http://127.0.0.1:8080");
    }
}
