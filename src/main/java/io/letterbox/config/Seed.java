package io.letterbox.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where nodes of a cluster may be found.
 *
 * @param host a name, which may have several addresses, or an IP address without brackets
 * @param port the {@code cluster.port} of those nodes, 1 to 65535
 */
public record Seed(String host, int port) {
    private static final Pattern SEED =
            Pattern.compile("(\\[([0-9A-Fa-f:.]+)]|([A-Za-z0-9_][A-Za-z0-9_.-]*)):(\\d{1,5})");

    /** Parses {@code host:port}, an IPv6 address in brackets (RFC 3986, section 3.2.2); null for anything else. */
    static Seed parse(String text) {
        Matcher matcher = SEED.matcher(text.strip());
        if (!matcher.matches()) return null;
        int port = Integer.parseInt(matcher.group(4));
        if (port < 1 || port > 65_535) return null;
        String address = matcher.group(2);
        if (address != null && Network.parse(address) == null) return null;
        return new Seed(address == null ? matcher.group(3) : address, port);
    }
}
