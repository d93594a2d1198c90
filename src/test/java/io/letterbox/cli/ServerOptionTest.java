package io.letterbox.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The messages about a server that cannot be reached. */
class ServerOptionTest {
    private final FakeServer server = new FakeServer();
    private final Screen screen = new Screen();

    @AfterEach
    void close() {
        server.close();
    }

    private int list(String address) {
        return Cli.run(
                new String[] {"topics", "list", "--json", "--server", address}, config -> null, screen.terminal());
    }

    @Test
    void anAddressMayBeShort() {
        server.answer(200, "{\"topics\":[]}").answer(200, "{\"topics\":[]}");
        assertThat(list(server.url().substring("http://".length()))).isEqualTo(ExitCode.OK);
        assertThat(list(" " + server.url() + "// ")).isEqualTo(ExitCode.OK);
        assertThat(server.asked()).extracting(FakeServer.ReceivedRequest::line).containsOnly("GET /topics");
    }

    @Test
    void anAddressThatIsNoneIsExplained() {
        for (String wrong : new String[] {
            "ftp://x",
            "http://",
            "http://x?y",
            "http://x#y",
            "localhost:99999",
            "localhost:80x",
            "::1:8080",
            "http://a b",
            "http://me:secret@x"
        }) {
            Screen own = new Screen();
            int exitCode = Cli.run(new String[] {"topics", "list", "--server", wrong}, config -> null, own.terminal());
            assertThat(exitCode).as(wrong).isEqualTo(ExitCode.USAGE);
            assertThat(own.err())
                    .as(wrong)
                    .contains(wrong + " (--server or the variable LETTERBOX_SERVER) is not the address of a server")
                    .contains("localhost:8080", "[::1]:8080");
        }
    }

    @Test
    void aServerThatIsMissedIsNamedWithTheWayToAnother() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        assertThat(list("127.0.0.1:" + free)).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(screen.err())
                .isEqualTo("letterbox: no server answers at http://127.0.0.1:" + free + "; is it running? Start one: "
                        + CommandName.get() + " serve; another server is named by --server URL or the variable"
                        + " LETTERBOX_SERVER\n");
    }

    @Test
    void ofSeveralNodesTheNextIsAsked() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        server.answer(200, "{\"topics\":[]}");
        assertThat(list("127.0.0.1:" + free + ", " + server.url())).isEqualTo(ExitCode.OK);
        server.close();
        assertThat(list("127.0.0.1:" + free + ", " + server.url())).isEqualTo(ExitCode.UNREACHABLE);
    }

    @Test
    void aNameThatLeadsNowhereIsNamed() {
        assertThat(list("no.such.host.invalid:8080")).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(screen.err())
                .contains("the name no.such.host.invalid of the server http://no.such.host.invalid:8080 leads to no"
                        + " address");
    }

    private static final byte[] BAD_REQUEST =
            "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    @Test
    void tlsWhereThereIsNoneIsExplained() throws Exception {
        assertThat(said("https", BAD_REQUEST)).contains("speaks no TLS; try --server http://127.0.0.1:");
    }

    /** A TLS server answers other bytes with an alert (RFC 8446, section 6), and the Kafka port with nothing. */
    @Test
    void plainHttpWhereThereIsNoneIsExplained() throws Exception {
        byte[] alert = {21, 3, 3, 0, 2, 2, 70};
        for (byte[] answer : new byte[][] {alert, {}}) {
            assertThat(said("http", answer)).contains("begin the address with https://", "Kafka clients");
        }
    }

    /** The message about a server that answers every request with the same bytes, and closes the connection. */
    private static String said(String scheme, byte[] answer) throws Exception {
        Screen own = new Screen();
        try (ServerSocket listening = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
            Thread peer = new Thread(() -> answerAll(listening, answer));
            peer.start();
            String url = scheme + "://127.0.0.1:" + listening.getLocalPort();
            int exitCode = Cli.run(new String[] {"topics", "list", "--server", url}, config -> null, own.terminal());
            assertThat(exitCode).isEqualTo(ExitCode.UNREACHABLE);
            assertThat(own.err()).contains(url);
        }
        return own.err();
    }

    private static void answerAll(ServerSocket listening, byte[] bytes) {
        while (!listening.isClosed()) {
            try (Socket socket = listening.accept()) {
                socket.getInputStream().read(new byte[4096]);
                socket.getOutputStream().write(bytes);
            } catch (IOException gone) {
                // The client has closed the connection, or the test has ended.
            }
        }
    }

    @Test
    void aProxyThatWantsTlsOrLeadsElsewhereIsUnderstood() throws IOException {
        HttpServer proxy = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        proxy.createContext("/tls/", exchange -> {
            byte[] page = "<h1>400 The plain HTTP request was sent to HTTPS port</h1>".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(400, page.length);
            exchange.getResponseBody().write(page);
            exchange.close();
        });
        proxy.createContext("/moved/", exchange -> {
            exchange.getResponseHeaders().set("Location", "https://events.example/topics");
            exchange.sendResponseHeaders(301, -1);
            exchange.close();
        });
        proxy.start();
        try {
            String url = "http://127.0.0.1:" + proxy.getAddress().getPort();
            assertThat(list(url + "/tls")).isEqualTo(ExitCode.REFUSED);
            assertThat(screen.err()).contains("answered 400: it speaks TLS there; begin the address with https://");
            assertThat(list(url + "/moved")).isEqualTo(ExitCode.REFUSED);
            assertThat(screen.err()).contains("answered 301, which leads to https://events.example/topics");
        } finally {
            proxy.stop(0);
        }
    }

    @Test
    void aStrangersCertificateIsNamedAsWhatItIs() {
        IOException failure =
                new SSLHandshakeException("PKIX path building failed: unable to find valid certification path");
        failure.initCause(new CertificateException("x"));
        assertThat(Unreachable.sentence(URI.create("https://x"), failure))
                .contains("TLS with the server at https://x failed", "trust store");
    }

    @Test
    void adviceNamesTheProgramAsItWasCalled() {
        assertThat(CommandName.of("scripts/letterbox", "/x/letterbox.jar")).isEqualTo("scripts/letterbox");
        assertThat(CommandName.of("", "/x/letterbox.jar")).isEqualTo("java -jar /x/letterbox.jar");
        assertThat(CommandName.of("", "letterbox.jar")).isEqualTo("java -jar letterbox.jar");
        assertThat(CommandName.of("", "classes:lib/a.jar")).isEqualTo("letterbox");
        assertThat(CommandName.of("/x y/letterbox", "")).isEqualTo("letterbox");
        assertThat(CommandName.of("", "/x%n/letterbox.jar")).isEqualTo("letterbox");
    }
}
