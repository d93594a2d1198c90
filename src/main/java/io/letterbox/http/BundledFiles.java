package io.letterbox.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The files of the JAR that are served, by path. They are few, so they are read once and kept. Only paths of this table
 * are served, so a request cannot reach any other file. Safe from any thread once all files are added.
 */
public final class BundledFiles {
    private static final String FOR_EVER = "public, max-age=31536000, immutable";
    private static final String REVALIDATE = "no-cache";
    private static final int ETAG_DIGITS = 16;

    private final Map<String, BundledFile> byPath = new LinkedHashMap<>();

    /**
     * One file.
     *
     * @param content the file's bytes; never changed
     * @param contentType with character set
     * @param etag quoted, made from the content, so that an upgrade of the server reaches browsers as soon as they ask
     * @param immutable true if the content at this path will never change
     */
    public record BundledFile(Buffer content, String contentType, String etag, boolean immutable) {
        /** Answers with the file, or with 304 if the client has it. */
        public void send(RoutingContext context) {
            HttpServerResponse response = context.response()
                    .putHeader(HttpHeaders.ETAG, etag)
                    .putHeader(HttpHeaders.CACHE_CONTROL, immutable ? FOR_EVER : REVALIDATE)
                    .putHeader("X-Content-Type-Options", "nosniff");
            if (etag.equals(context.request().getHeader(HttpHeaders.IF_NONE_MATCH))) {
                response.setStatusCode(304).end();
                return;
            }
            response.putHeader(HttpHeaders.CONTENT_TYPE, contentType).end(content);
        }
    }

    /**
     * Adds a file whose content changes with the server's version.
     *
     * @param path the path at which the file is served
     * @param resource the file's absolute name on the class path
     * @return this
     * @throws IllegalStateException if the JAR has no such file
     */
    public BundledFiles add(String path, String resource) {
        return add(path, resource, false);
    }

    /** Adds a file whose path has its version in it, see {@link #add(String, String)}. */
    public BundledFiles addImmutable(String path, String resource) {
        return add(path, resource, true);
    }

    private BundledFiles add(String path, String resource, boolean immutable) {
        try (InputStream in = BundledFiles.class.getResourceAsStream(resource)) {
            if (in == null) throw new IllegalStateException(resource + " is missing in the JAR");
            byte[] content = in.readAllBytes();
            byPath.put(path, new BundledFile(Buffer.buffer(content), contentType(resource), etag(content), immutable));
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The files by path, in the order in which they were added. */
    public Map<String, BundledFile> byPath() {
        return Collections.unmodifiableMap(byPath);
    }

    private static String contentType(String name) {
        if (name.endsWith(".html")) return "text/html; charset=utf-8";
        if (name.endsWith(".css")) return "text/css; charset=utf-8";
        if (name.endsWith(".svg")) return "image/svg+xml";
        return "text/javascript; charset=utf-8";
    }

    private static String etag(byte[] content) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(content);
            return '"' + HexFormat.of().formatHex(hash).substring(0, ETAG_DIGITS) + '"';
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
