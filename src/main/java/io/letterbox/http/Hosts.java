package io.letterbox.http;

import io.letterbox.config.HttpConfig;
import io.letterbox.config.Network;
import io.letterbox.error.ErrorCode;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.Collection;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The host names of this server. The owner of a page can point its name to this server's address after the page has
 * been loaded (DNS rebinding): to the browser, page and server are one origin then, and only the name in {@code Host}
 * tells them apart. So names have to be known; an address cannot be rebound, and is always this server's.
 *
 * <p>Thread-safe; names may be added while it is in use.
 */
public final class Hosts {
    private static final Pattern IPV6 = Pattern.compile("\\[[0-9A-Fa-f:.]+(%[0-9A-Za-z%._~-]+)?]");

    /** Paths that balancers and monitors request by any name; their content need not be kept from foreign pages. */
    private static final Pattern FOR_ANYBODY = Pattern.compile("(/health/[a-z-]*|/metrics)(\\?.*)?");

    private static final Pattern PORT = Pattern.compile("\\d{0,5}");

    /** The entries of http.names, in lower case, with the port if they have one. */
    private final Set<String> configured;

    /** Host names without ports, in lower case. */
    private volatile Set<String> names;

    /** The authority that was last recognized, because clients send the same one again and again. Set by any thread. */
    private volatile String lastOurs;

    /** Names in any case; {@code configured} may have ports, {@code others} have none. */
    public Hosts(Collection<String> configured, Collection<String> others) {
        this.configured = Set.copyOf(configured.stream().map(Hosts::lower).toList());
        this.names =
                Set.copyOf(configured.stream().map(name -> host(lower(name))).toList());
        add(others);
    }

    /** The names in the HTTP settings. */
    public static Hosts of(HttpConfig config) {
        return new Hosts(config.names(), Set.of(config.host()));
    }

    /** Adds names; called by one thread. */
    public void add(Collection<String> more) {
        Set<String> all = new HashSet<>(names);
        more.forEach(name -> all.add(withoutRoot(lower(name))));
        names = Set.copyOf(all);
    }

    /**
     * Whether an authority (RFC 3986, section 3.2: a host and optionally a port) names this server, whatever the port.
     */
    public boolean isOurs(String authority) {
        if (authority != null && authority.equals(lastOurs)) return true;
        boolean ours = isKnown(authority);
        if (ours) lastOurs = authority;
        return ours;
    }

    private boolean isKnown(String authority) {
        String host = authority == null ? null : host(lower(authority));
        if (host == null || host.isEmpty()) return false;
        if (host.charAt(0) == '[') return IPV6.matcher(host).matches();
        host = withoutRoot(host);
        // Names below localhost resolve to the client's own machine everywhere (RFC 6761, section 6.3).
        return names.contains(host)
                || host.equals("localhost")
                || host.endsWith(".localhost")
                || Network.IPV4.matcher(host).matches();
    }

    /** Whether an authority is an entry of {@code http.names}. */
    boolean isConfigured(String authority) {
        return configured.contains(lower(authority));
    }

    /** The authority that a request names; null if it names none. */
    static String requestedAuthority(HttpServerRequest request) {
        if (request.version() != HttpVersion.HTTP_2) return request.getHeader(HttpHeaders.HOST);
        return request.authority() == null ? null : request.authority().toString();
    }

    /** The problem with the host of a request; null if it is this server. */
    Problem refusal(HttpServerRequest request) {
        String asked = requestedAuthority(request);
        if (asked == null && request.version() == HttpVersion.HTTP_1_0) return ofTarget(request.uri());
        if (asked == null || request.authority() == null) {
            // RFC 9112, section 3.2; the router would answer with an internal error.
            return Problem.of(ErrorCode.INVALID_REQUEST, "The Host header is missing or not well formed.");
        }
        if (isOurs(asked)) return ofTarget(request.uri());
        return FOR_ANYBODY.matcher(request.uri()).matches() ? null : misdirected(asked);
    }

    /** Checks the host of a target that is an absolute URI; it takes precedence (RFC 9112, section 3.2.2). */
    private Problem ofTarget(String target) {
        String authority = target.startsWith("/") ? null : RequestOrigin.authority(target);
        return authority == null || isOurs(authority) ? null : misdirected(authority);
    }

    private static Problem misdirected(String asked) {
        String name = asked.length() <= 80 ? asked : asked.substring(0, 80) + "…";
        return Problem.of(
                ErrorCode.MISDIRECTED,
                "The request names the host '" + name
                        + "', which this server does not know as its own. If it is, add it to" + " http.names.");
    }

    /** The host of an authority; null if what follows it is not a port. */
    private static String host(String authority) {
        int end = authority.startsWith("[") ? authority.indexOf(']') + 1 : authority.indexOf(':');
        if (end < 0) return authority;
        if (end == authority.length()) return authority;
        boolean port = authority.charAt(end) == ':'
                && PORT.matcher(authority).region(end + 1, authority.length()).matches();
        return port ? authority.substring(0, end) : null;
    }

    /** The host without a final dot, which names the root of the DNS and leads to the same host. */
    private static String withoutRoot(String host) {
        return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
