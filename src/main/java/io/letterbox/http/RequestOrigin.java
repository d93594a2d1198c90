package io.letterbox.http;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/**
 * The page that a request comes from, according to headers that the browser sets and page scripts cannot. Other clients
 * do not send them, and count as no foreign page.
 *
 * @param site {@code Sec-Fetch-Site} (W3C Fetch Metadata, section 2.4), or null: browsers send it to HTTPS and to this
 *     machine only
 * @param origin {@code Origin} (RFC 6454, section 7), or null: browsers leave it out of reading requests that need no
 *     CORS, such as those for images
 * @param referer {@code Referer} (RFC 9110, section 10.1.3), or null
 * @param host the authority that the request names as this server's, or null
 */
record RequestOrigin(String site, String origin, String referer, String host) {
    private static final CharSequence SEC_FETCH_SITE = HttpHeaders.createOptimized("sec-fetch-site");

    static RequestOrigin of(HttpServerRequest request) {
        return new RequestOrigin(
                request.getHeader(SEC_FETCH_SITE),
                request.getHeader(HttpHeaders.ORIGIN),
                request.getHeader(HttpHeaders.REFERER),
                Hosts.requestedAuthority(request));
    }

    /** Whether the request comes from a page that is not this server's own. */
    boolean isForeign(Hosts hosts) {
        if ("cross-site".equals(site) || "same-site".equals(site)) return true;
        // The browser compared the hosts itself in this case, whatever a proxy has made of the Host header.
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

    /** Removes the scheme's default port: browsers leave it out, other clients may write it. */
    private static String withoutUsualPort(String host, String uri) {
        if (host == null) return null;
        String usual = uri.startsWith("https:") ? ":443" : ":80";
        return host.endsWith(usual) ? host.substring(0, host.length() - usual.length()) : host;
    }

    /** The authority of a URI; null if it has none. */
    static String authority(String uri) {
        int scheme = uri.indexOf("://");
        if (scheme < 0) return null;
        int end = scheme + 3;
        while (end < uri.length() && "/?#".indexOf(uri.charAt(end)) < 0) end++;
        return uri.substring(scheme + 3, end);
    }
}
