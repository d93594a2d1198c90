package io.letterbox.http;

import io.letterbox.config.HttpConfig;
import io.letterbox.config.Network;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Determines the client of a request from the headers of the configured proxies. The result is for display only:
 * nothing may be allowed or refused because of it. Headers of other peers are ignored.
 *
 * <p>Immutable; safe on any thread.
 */
public final class Proxies {
    private static final CharSequence FORWARDED = HttpHeaders.createOptimized("forwarded");
    private static final CharSequence X_FORWARDED_FOR = HttpHeaders.createOptimized("x-forwarded-for");

    /** Addresses and, from proxies that hide them, made-up names (RFC 7239, section 6). */
    private static final Pattern PRESENTABLE = Pattern.compile("[A-Za-z0-9._:%-]{1,100}");

    private static final String UNKNOWN = "unknown";

    private final List<Network> networks;

    private Proxies(List<Network> networks) {
        this.networks = networks;
    }

    /** The proxies of the configuration. */
    public static Proxies of(HttpConfig config) {
        return new Proxies(config.proxies().stream().map(Network::parse).toList());
    }

    /**
     * The client of a request.
     *
     * @param host its address, from the socket or from a proxy; the latter may be any short text
     * @param proxy the address of the proxy that reported it, or null if there is none
     */
    public record Client(String host, String proxy) {
        @Override
        public String toString() {
            return proxy == null ? host : host + " through " + proxy;
        }
    }

    /** The client of a request. */
    public Client client(HttpServerRequest request) {
        return client(request.remoteAddress().hostAddress(), request.headers());
    }

    Client client(String peer, MultiMap headers) {
        if (networks.isEmpty() || !isProxy(peer)) return new Client(peer, null);
        String told = null;
        List<String> hops = hops(headers);
        // Each proxy appends what it sees; entries before the first untrusted address are that address' own claims.
        for (int i = hops.size() - 1; i >= 0 && (told == null || isProxy(told)); i--) told = hops.get(i);
        return told == null ? new Client(peer, null) : new Client(told, peer);
    }

    private boolean isProxy(String address) {
        return networks.stream().anyMatch(network -> network.contains(address));
    }

    private static List<String> hops(MultiMap headers) {
        // Most proxies write this header, and forward a Forwarded header that a client made up.
        List<String> lines = headers.getAll(X_FORWARDED_FOR);
        boolean standard = lines.isEmpty();
        if (standard) lines = headers.getAll(FORWARDED);
        List<String> hops = new ArrayList<>();
        for (String line : lines) {
            for (String element : split(line, ',')) {
                String named = standard ? named(element) : element;
                if (!named.isBlank()) hops.add(nodeHost(named));
            }
        }
        return hops;
    }

    /** The value of {@code for} in an element of Forwarded (RFC 7239, section 4). */
    private static String named(String element) {
        for (String pair : split(element, ';')) {
            String text = pair.strip();
            if (text.toLowerCase(Locale.ROOT).startsWith("for=")) return text.substring(4);
        }
        return UNKNOWN;
    }

    /** Splits a text at a character outside of quotes. */
    private static List<String> split(String text, char separator) {
        List<String> parts = new ArrayList<>();
        boolean quoted = false;
        int from = 0;
        for (int i = 0; i < text.length(); i++) {
            char next = text.charAt(i);
            if (next == '"') quoted = !quoted;
            else if (next == '\\' && quoted) i++;
            else if (next == separator && !quoted) {
                parts.add(text.substring(from, i));
                from = i + 1;
            }
        }
        parts.add(text.substring(from));
        return parts;
    }

    /** A node identifier without quotes, brackets and port. */
    private static String nodeHost(String node) {
        String host = node.strip();
        if (host.length() > 1 && host.startsWith("\"") && host.endsWith("\""))
            host = host.substring(1, host.length() - 1);
        int colon = host.indexOf(':');
        if (host.startsWith("[") && host.indexOf(']') > 0) host = host.substring(1, host.indexOf(']'));
        else if (colon > 0 && host.indexOf(':', colon + 1) < 0) host = host.substring(0, colon);
        return PRESENTABLE.matcher(host).matches() ? host : UNKNOWN;
    }
}
