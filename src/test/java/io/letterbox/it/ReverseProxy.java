package io.letterbox.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/**
 * Debian's nginx or HAProxy in front of a server, with TLS, configured by the recipes in {@code docs/proxies.md}: only
 * addresses and files are replaced. Owned by the test's thread.
 */
final class ReverseProxy implements AutoCloseable {
    /** The program. */
    enum Kind {
        NGINX,
        HAPROXY
    }

    private static final Path RECIPES = Path.of("docs", "proxies.md");

    /** The server's address in the recipes. */
    private static final String DOCUMENTED_SERVER = "127\\.0\\.0\\.1:8080";

    /**
     * The rest of nginx' configuration: a process of its own that writes below its own directory, also if root runs it.
     */
    private static final String NGINX =
            """
            daemon off;
            user root;
            worker_processes 1;
            pid nginx.pid;
            events {}
            http {
              access_log /dev/stdout;
              client_body_temp_path body;
              proxy_temp_path proxy;
              fastcgi_temp_path fastcgi;
              uwsgi_temp_path uwsgi;
              scgi_temp_path scgi;
              %s
            }
            """;

    private final int port;
    private final ForeignProcess process;

    private ReverseProxy(int port, ForeignProcess process) {
        this.port = port;
        this.process = process;
    }

    /** Starts a proxy and waits until it accepts connections. */
    static ReverseProxy start(Kind kind, Path directory, ServerProcess server, Certificate certificate) {
        int port = ServerProcess.freePort();
        try {
            Files.createDirectories(directory);
            ForeignProcess process =
                    switch (kind) {
                        case NGINX -> nginx(directory, "127.0.0.1:" + port, server, certificate);
                        case HAPROXY -> haproxy(directory, "127.0.0.1:" + port, server, certificate);
                    };
            ReverseProxy proxy = new ReverseProxy(port, process);
            Awaitility.await(kind + " listens").atMost(Page.LIMIT).until(proxy::listens);
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ForeignProcess nginx(Path directory, String address, ServerProcess server, Certificate certificate)
            throws IOException {
        String recipe = recipe("nginx", "upstream letterbox");
        recipe = put(recipe, "listen 443 ", "listen " + address + " ");
        recipe = put(recipe, "ssl_certificate [^;]*;", "ssl_certificate " + certificate.pem() + ";");
        recipe = put(recipe, "ssl_certificate_key [^;]*;", "ssl_certificate_key " + certificate.pem() + ";");
        recipe = put(recipe, "location / \\{", recipe("nginx", "location /letterbox/") + "location / {");
        recipe = put(recipe, DOCUMENTED_SERVER, "127.0.0.1:" + server.port());
        Path file = Files.writeString(directory.resolve("nginx.conf"), NGINX.formatted(recipe));
        return ForeignProcess.start(
                directory,
                List.of(
                        ForeignProcess.find("nginx", "nginx"),
                        "-p",
                        directory.toString(),
                        "-e",
                        "stderr",
                        "-c",
                        file.toString()));
    }

    private static ForeignProcess haproxy(Path directory, String address, ServerProcess server, Certificate certificate)
            throws IOException {
        String recipe = recipe("haproxy", "frontend");
        recipe = put(recipe, "bind \\S+ ssl crt \\S+", "bind " + address + " ssl crt " + certificate.pem());
        recipe = put(recipe, DOCUMENTED_SERVER, "127.0.0.1:" + server.port());
        recipe = put(recipe, "defaults\n", "defaults\n  log global\n  option httplog\n");
        Path file = Files.writeString(
                directory.resolve("haproxy.cfg"), "global\n  log stdout format raw local0\n" + recipe);
        return ForeignProcess.start(
                directory, List.of(ForeignProcess.find("haproxy", "haproxy"), "-db", "-f", file.toString()));
    }

    /** The fenced block in a language that contains a text. */
    private static String recipe(String language, String text) throws IOException {
        Matcher block =
                Pattern.compile("(?s)\n```" + language + "\n(.*?)\n```\n").matcher(Files.readString(RECIPES));
        return block.results()
                .map(found -> found.group(1) + "\n")
                .filter(recipe -> recipe.contains(text))
                .findFirst()
                .orElseThrow(() -> new AssertionError(RECIPES + " has no block in " + language + " with " + text));
    }

    private static String put(String recipe, String regex, String replacement) {
        String changed = recipe.replaceAll(regex, Matcher.quoteReplacement(replacement));
        assertThat(changed).as("with " + regex + " replaced").isNotEqualTo(recipe);
        return changed;
    }

    private boolean listens() {
        if (!process.isAlive()) throw new IllegalStateException(process.output());
        try (Socket socket = new Socket("127.0.0.1", port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    /** {@code https://localhost:<port>}. */
    URI base() {
        return URI.create("https://localhost:" + port);
    }

    /** The lines of completed requests, in the proxy's own format. */
    List<String> log() {
        return process.output().lines().toList();
    }

    @Override
    public void close() {
        process.close();
    }
}
