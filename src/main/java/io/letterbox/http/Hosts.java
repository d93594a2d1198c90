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
 * Which hosts are this server. A page's owner can have its own name lead to this server's address after the page is loaded
 * (DNS rebinding): for the browser page and server are one origin then, and only the name in {@code Host} tells. So a name
 * has to be known; an address cannot be rebound, and is always this server's.
 *
 * <p>Thread-safe; names may be added while it is in use.
 */
public final class Hosts {
    private static final Pattern IPV6 = Pattern.compile("\\[[0-9A-Fa-f:.]+(%[0-9A-Za-z%._~-]+)?]");

    /** What balancers and monitors ask for, by whatever name; it tells pages nothing that is worth keeping from them. */
    private static final Pattern FOR_ANYBODY = Pattern.compile("(/health/[a-z]*|/metrics)(\\?.*)?");

    private static final Pattern PORT = Pattern.compile("\\d{0,5}");

    /** Entries of http.names as they are, with a port where they have one; in lower case. */
    private final Set<String> configured;

    /** Host names without ports, in lower case. */
    private volatile Set<String> names;

    /** What was found to be this server last: clients ask for the same again and again. Any thread may have set it. */
    private volatile String lastOurs;

    /** Names in any case; {@code configured} may have ports, {@code others} do not. */
    public Hosts(Collection<String> configured, Collection<String> others) {
        this.configured = Set.copyOf(configured.stream().map(Hosts::lower).toList());
        this.names =
                Set.copyOf(configured.stream().map(name -> host(lower(name))).toList());
        add(others);
    }

    /** The names in the configuration of the HTTP door. */
    public static Hosts of(HttpConfig config) {
        return new Hosts(config.names(), Set.of(config.host()));
    }

    /** Makes more names known, from one thread. */
    public void add(Collection<String> more) {
        Set<String> all = new HashSet<>(names);
        more.forEach(name -> all.add(withoutRoot(lower(name))));
        names = Set.copyOf(all);
    }

    /** Whether an authority (RFC 3986, section 3.2: a host and perhaps a port) is this server, whatever the port. */
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
        // The names below localhost lead to this machine wherever they are looked up (RFC 6761, section 6.3).
        return names.contains(host)
                || host.equals("localhost")
                || host.endsWith(".localhost")
                || Network.IPV4.matcher(host).matches();
    }

    /** Whether an authority stands in {@code http.names} as it is. */
    boolean isConfigured(String authority) {
        return configured.contains(lower(authority));
    }

    /** The authority that a request names as this server's; null where it names none. */
    static String asked(HttpServerRequest request) {
        if (request.version() != HttpVersion.HTTP_2) return request.getHeader(HttpHeaders.HOST);
        return request.authority() == null ? null : request.authority().toString();
    }

    /** What is wrong with the host that a request names; null where it is this server. */
    Problem refusal(HttpServerRequest request) {
        String asked = asked(request);
        if (asked == null && request.version() == HttpVersion.HTTP_1_0) return ofTarget(request.uri());
        if (asked == null || request.authority() == null) {
            // RFC 9112, section 3.2; the router would take it for its own failure.
            return Problem.of(ErrorCode.INVALID_REQUEST, "The Host header is missing or not well formed.");
        }
        if (isOurs(asked)) return ofTarget(request.uri());
        return FOR_ANYBODY.matcher(request.uri()).matches() ? null : misdirected(asked);
    }

    /** A target that is a whole URI names a host, too, which then counts (RFC 9112, section 3.2.2). */
    private Problem ofTarget(String target) {
        String authority = target.startsWith("/") ? null : Visit.authority(target);
        return authority == null || isOurs(authority) ? null : misdirected(authority);
    }

    private static Problem misdirected(String asked) {
        String name = asked.length() <= 80 ? asked : asked.substring(0, 80) + "…";
        return Problem.of(
                ErrorCode.MISDIRECTED,
                "The request names the host '" + name
                        + "', which this server does not know as its own. If it is, add it to" + " http.names.");
    }

    /** The host of an authority; null where what follows it is no port. */
    private static String host(String authority) {
        int end = authority.startsWith("[") ? authority.indexOf(']') + 1 : authority.indexOf(':');
        if (end < 0) return authority;
        if (end == authority.length()) return authority;
        boolean port = authority.charAt(end) == ':'
                && PORT.matcher(authority).region(end + 1, authority.length()).matches();
        return port ? authority.substring(0, end) : null;
    }

    /** A dot at the end names the root of the DNS and leads to the same host. */
    private static String withoutRoot(String host) {
        return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
