package io.letterbox.http;

import io.letterbox.text.Nearest;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The mounted routes, for the answers to requests that match none of them. Immutable once built. */
public final class RouteTable {
    /** @param exact false if the route also serves every path below this one */
    private record MountedRoute(String template, String[] segments, boolean exact, Set<HttpMethod> methods) {}

    private static final Pattern PARAMETER = Pattern.compile(":([A-Za-z]+)");

    private final List<MountedRoute> entries = new ArrayList<>();

    /** Reads a router's routes, and makes every route for GET serve HEAD as well. */
    public RouteTable(Router router) {
        for (Route route : router.getRoutes()) {
            if (route.getPath() == null || route.methods() == null) continue;
            if (route.methods().contains(HttpMethod.GET)) route.method(HttpMethod.HEAD);
            entries.add(new MountedRoute(
                    route.getPath(), route.getPath().split("/", -1), route.isExactPath(), route.methods()));
        }
    }

    /** Every route as {@code GET /topics/{topic}}, in order; without HEAD and OPTIONS, which every route has. */
    public SortedSet<String> all() {
        SortedSet<String> all = new TreeSet<>();
        for (MountedRoute entry : entries) {
            for (HttpMethod method : entry.methods) {
                if (method != HttpMethod.HEAD) all.add(method + " " + template(entry.template));
            }
        }
        return all;
    }

    /** The methods of a path, in order of name; empty if no route has the path. */
    Set<String> allowed(String path) {
        // The router ignores a slash at the end.
        int end = path.length() > 1 && path.endsWith("/") ? path.length() - 1 : path.length();
        String[] segments = path.substring(0, end).split("/", -1);
        Set<String> methods = new TreeSet<>();
        for (MountedRoute entry : entries) {
            if (matches(entry, segments)) entry.methods.forEach(method -> methods.add(method.name()));
        }
        if (!methods.isEmpty()) methods.add("OPTIONS");
        return methods;
    }

    /** The route with the most similar path, as {@code /topics/{topic}}, or null. */
    String nearest(String path) {
        String[] segments = path.split("/", -1);
        List<String> filled = new ArrayList<>();
        for (MountedRoute entry : entries) filled.add(fill(entry, segments));
        return Nearest.to(path, filled.stream().sorted().toList(), 2)
                .map(nearest -> template(entries.get(filled.indexOf(nearest)).template))
                .orElse(null);
    }

    /** A route's path as it is shown and metered: parameters in braces. */
    static String template(String path) {
        return path.indexOf(':') < 0 ? path : PARAMETER.matcher(path).replaceAll("{$1}");
    }

    private static boolean matches(MountedRoute entry, String[] segments) {
        // The path of a route with a wildcard ends with a slash, and the segment behind it need not match.
        int compared = entry.exact ? entry.segments.length : entry.segments.length - 1;
        if (entry.exact ? segments.length != compared : segments.length <= compared) return false;
        for (int i = 0; i < compared; i++) {
            boolean parameter = entry.segments[i].startsWith(":") && !segments[i].isEmpty();
            if (!parameter && !entry.segments[i].equals(segments[i])) return false;
        }
        return true;
    }

    private static String fill(MountedRoute entry, String[] segments) {
        String[] filled = entry.segments.clone();
        for (int i = 0; i < Math.min(filled.length, segments.length); i++) {
            if (filled[i].startsWith(":")) filled[i] = segments[i];
        }
        return String.join("/", filled);
    }
}
