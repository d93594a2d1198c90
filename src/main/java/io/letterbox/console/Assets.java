package io.letterbox.console;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The files of the console by the path at which they are served, read once from the JAR and kept: they are few, and a
 * path that is not in this table is not served, whatever it looks like. Immutable; safe on any thread.
 */
public final class Assets {
    /** The files of our own, in {@code io/letterbox/console}. */
    static final List<String> FILES = List.of(
            "api.js",
            "apidoc.js",
            "app.js",
            "browse.js",
            "chart.js",
            "connections.js",
            "console.css",
            "consumers.js",
            "dialogs.js",
            "dom.js",
            "format.js",
            "group.js",
            "groups.js",
            "icon.svg",
            "index.html",
            "json.js",
            "overview.js",
            "partitions.js",
            "publish.js",
            "records.js",
            "rows.js",
            "settings.js",
            "tail.js",
            "topic.js",
            "topics.js",
            "units.js");

    /** The files of the page at {@code /try}, in {@code io/letterbox/tryout}. */
    static final List<String> TRY_FILES = List.of("index.html", "snippets.js", "try.css", "try.js");

    /** The files of WebJars, below {@code META-INF/resources}; the version in the path makes them immutable. */
    static final List<String> WEB_JARS =
            List.of("/webjars/uplot/1.6.30/dist/uPlot.esm.js", "/webjars/uplot/1.6.30/dist/uPlot.min.css");

    private static final int ETAG_DIGITS = 16;

    /**
     * One file.
     *
     * @param content its bytes; never changed
     * @param contentType with character set
     * @param etag quoted, made from the content
     * @param immutable whether this path will never have other content
     */
    record Asset(Buffer content, String contentType, String etag, boolean immutable) {}

    private final Map<String, Asset> byPath = new LinkedHashMap<>();

    private Assets() {}

    /** Reads all files from the class path, a few hundred kilobytes. */
    public static Assets load() {
        Assets assets = new Assets();
        for (String file : FILES) {
            assets.add(file.equals("index.html") ? "/" : "/console/" + file, "/io/letterbox/console/" + file, false);
        }
        for (String file : TRY_FILES) {
            assets.add(file.equals("index.html") ? "/try" : "/try/" + file, "/io/letterbox/tryout/" + file, false);
        }
        for (String path : WEB_JARS) {
            assets.add(path, "/META-INF/resources" + path, true);
        }
        return assets;
    }

    /** The files by path. */
    Map<String, Asset> byPath() {
        return byPath;
    }

    private void add(String path, String resource, boolean immutable) {
        try (InputStream in = Assets.class.getResourceAsStream(resource)) {
            if (in == null) throw new IllegalStateException(resource + " is missing in the JAR");
            byte[] content = in.readAllBytes();
            byPath.put(path, new Asset(Buffer.buffer(content), contentType(resource), etag(content), immutable));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
