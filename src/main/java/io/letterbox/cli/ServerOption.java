package io.letterbox.cli;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The option with the address of the server. */
final class ServerOption {
    private static final String USUAL = "http://127.0.0.1:8080";
    private static final int MAX_PORT = 65_535;

    @Option(
            names = "--server",
            paramLabel = "URL",
            defaultValue = "${env:LETTERBOX_SERVER:-" + USUAL + "}",
            description = "The server to talk to, such as localhost:9000 or https://events.example.org: " + USUAL
                    + " unless the variable LETTERBOX_SERVER or this says otherwise. Of a cluster, several with commas"
                    + " between: the next one is asked when one is gone.")
    private String server;

    ServerClient connect() {
        List<URI> addresses = new ArrayList<>();
        for (String each : server.split(",")) if (!each.isBlank()) addresses.add(address(each.strip()));
        return new ServerClient(addresses.isEmpty() ? List.of(URI.create(USUAL)) : addresses);
    }

    /** The address without a slash at its end; {@code http://} may be left out. */
    private static URI address(String written) {
        String text = written.contains("://") ? written : "http://" + written;
        while (text.endsWith("/")) text = text.substring(0, text.length() - 1);
        try {
            URI base = URI.create(text);
            boolean http = "http".equals(base.getScheme()) || "https".equals(base.getScheme());
            boolean bare = base.getRawQuery() == null && base.getRawFragment() == null && base.getRawUserInfo() == null;
            if (http && bare && base.getHost() != null && base.getPort() != 0 && base.getPort() <= MAX_PORT)
                return base;
        } catch (IllegalArgumentException e) {
            // Falls through to the one error for everything that is wrong with an address.
        }
        throw new Failure(
                ExitCode.USAGE,
                written + " (--server or the variable LETTERBOX_SERVER) is not the address of a server, such as "
                        + USUAL + ", localhost:8080, [::1]:8080 or https://events.example.org/letterbox");
    }
}
