package io.letterbox.http;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The origins whose pages may use this server, as browsers write them (WHATWG HTML, section 7.5): those of {@code
 * http.corsOrigins}, and the doors of the cluster's nodes, so that a page goes on at another node when its own is gone.
 *
 * <p>Thread-safe; the nodes may change while it is in use.
 */
public final class Origins {
    /** The names under which a browser on the node's own machine may have loaded the page. */
    private static final List<String> LOOPBACK = List.of("127.0.0.1", "localhost", "[::1]");

    private final Set<String> configured;
    private volatile Set<String> all;

    /**
     * @param configured scheme, host and, unless it is the scheme's default, port; such as {@code https://app.example}
     */
    public Origins(Collection<String> configured) {
        this.configured = Set.copyOf(configured.stream().map(Origins::asSent).toList());
        this.all = this.configured;
    }

    /**
     * The HTTP doors of the nodes of a cluster; replaces earlier ones.
     *
     * @param authorities host and port of each (RFC 3986, section 3.2.2)
     */
    public void nodes(Collection<String> authorities) {
        Set<String> more = new HashSet<>(configured);
        for (String authority : authorities) {
            int colon = authority.lastIndexOf(':');
            String host = authority.substring(0, colon);
            for (String name : LOOPBACK.contains(host) ? LOOPBACK : List.of(host))
                more.add(asSent("http://" + name + authority.substring(colon)));
        }
        all = Set.copyOf(more);
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    boolean contains(String origin) {
        return all.contains(origin);
    }

    /** An origin as browsers write it: in lower case, and without the scheme's default port. */
    private static String asSent(String origin) {
        String lower = origin.toLowerCase(Locale.ROOT);
        String usual = lower.startsWith("https:") ? ":443" : ":80";
        return lower.endsWith(usual) ? lower.substring(0, lower.length() - usual.length()) : lower;
    }
}
