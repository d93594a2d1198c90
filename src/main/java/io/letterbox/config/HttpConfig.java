package io.letterbox.config;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The HTTP server.
 *
 * @param host the address to listen on, a name or an IP address
 * @param port 0 (any free port) to 65535
 * @param names the names by which clients reach this server in addition to those that it knows: a host, or a host and a
 *     port if a proxy in front listens on one that it does not pass on; there is no wildcard
 * @param corsOrigins the origins whose pages may read the answers (WHATWG Fetch, section 3.2), each as a browser sends
 *     it, {@code https://example.org}; there is no wildcard
 * @param proxies the proxies whose forwarding headers are trusted, IP addresses or networks
 * @param staticDir a directory whose files are served below {@code /static/}; empty for none
 * @param h2c whether HTTP/2 without TLS is accepted, from clients that begin with it
 * @param idleTimeoutSeconds the time after which an idle connection is closed, except for streams; 1 to 86400
 * @param maxConnections connections at the same time, 1 to 1,000,000
 * @param maxConnectionsPerAddress of them from one address, 0 (no limit of its own) to 1,000,000
 * @param maxSilentPerAddress of them that have not sent a whole request yet, 1 to 1,000,000
 * @param maxHeaderBytes all headers of a request together, 1024 to 1 MiB
 * @param maxUriBytes the first line of a request, 256 to 1 MiB
 */
public record HttpConfig(
        String host,
        int port,
        List<String> names,
        List<String> corsOrigins,
        List<String> proxies,
        Path staticDir,
        boolean h2c,
        int idleTimeoutSeconds,
        int maxConnections,
        int maxConnectionsPerAddress,
        int maxSilentPerAddress,
        int maxHeaderBytes,
        int maxUriBytes) {
    private static final int MIB = 1 << 20;

    /** Labels of letters, digits, hyphens and underscores, and optionally a port. */
    private static final Pattern NAME =
            Pattern.compile("[A-Za-z0-9_]([A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?(:[0-9]{1,5})?");

    public HttpConfig {
        Check.notBlank("http.host", host, "a host name or an IP address, such as 127.0.0.1 or 0.0.0.0");
        Check.range("http.port", port, 0, 65535);
        names = List.copyOf(names);
        for (String name : names) {
            if (!NAME.matcher(name).matches()) {
                throw new InvalidSetting(
                        "http.names",
                        name,
                        "a list of host names such as letterbox.example.org, each with a port at most, without a"
                                + " wildcard");
            }
        }
        corsOrigins = List.copyOf(corsOrigins);
        for (String origin : corsOrigins) {
            if (!isOrigin(origin)) {
                throw new InvalidSetting(
                        "http.corsOrigins",
                        origin,
                        "a list of origins such as https://example.org, each named by itself, without a wildcard"
                                + tooLong(origin));
            }
        }
        proxies = List.copyOf(proxies);
        for (String proxy : proxies) {
            if (Network.parse(proxy) == null) {
                throw new InvalidSetting(
                        "http.proxies",
                        proxy,
                        "a list of IP addresses or networks such as 127.0.0.1, 10.0.0.0/8 or fd00::/8, without names");
            }
        }
        Check.present("http.staticDir", staticDir, "the path of a directory, or nothing");
        Check.range("http.idleTimeoutSeconds", idleTimeoutSeconds, 1, 86_400);
        Check.range("http.maxConnections", maxConnections, 1, 1_000_000);
        Check.range("http.maxConnectionsPerAddress", maxConnectionsPerAddress, 0, 1_000_000);
        Check.range("http.maxSilentPerAddress", maxSilentPerAddress, 1, 1_000_000);
        Check.range("http.maxHeaderBytes", maxHeaderBytes, 1024, MIB);
        Check.range("http.maxUriBytes", maxUriBytes, 256, MIB);
    }

    /** Whether files are served. */
    public boolean servesFiles() {
        return !staticDir.toString().isBlank();
    }

    static HttpConfig standard() {
        return new HttpConfig(
                "127.0.0.1",
                8080,
                List.of(),
                List.of(),
                List.of(),
                Path.of(""),
                false,
                75,
                20_000,
                0,
                256,
                16_384,
                8192);
    }

    /** The problem with an address that begins with an origin and has more behind it. */
    private static String tooLong(String text) {
        int path = text.indexOf('/', text.indexOf("://") + 3);
        if (path < 0 || !isOrigin(text.substring(0, path))) return "";
        return "; it ends before the slash: " + text.substring(0, path);
    }

    /** An origin is a scheme, a host and optionally a port, and nothing behind them, not even a slash (RFC 6454). */
    private static boolean isOrigin(String text) {
        try {
            URI uri = URI.create(text);
            boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            return http
                    && uri.getHost() != null
                    && uri.getRawPath().isEmpty()
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null
                    && uri.getRawUserInfo() == null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
