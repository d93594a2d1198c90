package io.letterbox.http;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/**
 * Where a request comes from, as its browser tells: the page's code can set none of it. Programs tell nothing, and come from
 * nowhere foreign.
 *
 * @param site {@code Sec-Fetch-Site} (W3C Fetch Metadata, section 2.4), or null: browsers send it to HTTPS and to this
 *     machine only
 * @param origin {@code Origin} (RFC 6454, section 7), or null: browsers leave it out of reading requests that need no CORS,
 *     such as those for images
 * @param referer {@code Referer} (RFC 9110, section 10.1.3), or null
 * @param host the authority that the request names as this server's, or null
 */
record Visit(String site, String origin, String referer, String host) {
    private static final CharSequence SEC_FETCH_SITE = HttpHeaders.createOptimized("sec-fetch-site");

    static Visit of(HttpServerRequest request) {
        return new Visit(
                request.getHeader(SEC_FETCH_SITE),
                request.getHeader(HttpHeaders.ORIGIN),
                request.getHeader(HttpHeaders.REFERER),
                Hosts.asked(request));
    }

    /** Whether a page asks that is not this server's own. */
    boolean isForeign(Hosts hosts) {
        if ("cross-site".equals(site) || "same-site".equals(site)) return true;
        // Then the page's host is the one that the browser asked, whatever a proxy made of the name on the way.
        if ("same-origin".equals(site)) return origin != null && !hosts.isOurs(authority(origin));
        if (origin != null) return !isOwn(origin, hosts);
        return referer != null && !isOwn(referer, hosts);
    }

    private boolean isOwn(String uri, Hosts hosts) {
        String page = authority(uri);
        return page != null
                && (withoutUsualPort(page, uri).equalsIgnoreCase(withoutUsualPort(host, uri))
                        || hosts.isConfigured(page));
    }

    /** Browsers leave the port out where it is the scheme's own; other clients may write it. */
    private static String withoutUsualPort(String host, String uri) {
        if (host == null) return null;
        String usual = uri.startsWith("https:") ? ":443" : ":80";
        return host.endsWith(usual) ? host.substring(0, host.length() - usual.length()) : host;
    }

    /** What stands between a URI's scheme and its path; null where it has none. */
    static String authority(String uri) {
        int scheme = uri.indexOf("://");
        if (scheme < 0) return null;
        int end = scheme + 3;
        while (end < uri.length() && "/?#".indexOf(uri.charAt(end)) < 0) end++;
        return uri.substring(scheme + 3, end);
    }
}
