package io.letterbox.cli;

import io.letterbox.text.FileTrouble;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import javax.net.ssl.SSLException;

/** Explains a server that gave no response, and what the user can do about it. */
final class Unreachable {
    private static final String OTHERS = "another server is named by --server URL or the variable LETTERBOX_SERVER";

    private Unreachable() {}

    static String sentence(URI server, IOException failure) {
        if (has(failure, UnresolvedAddressException.class) || has(failure, UnknownHostException.class)) {
            return "the name " + server.getHost() + " of the server " + server + " leads to no address; " + OTHERS;
        }
        if (has(failure, HttpConnectTimeoutException.class)) {
            boolean tls = "https".equals(server.getScheme());
            return "no server answers at " + server + ": no connection came about in time; is a firewall in between"
                    + (tls ? ", or does it speak no TLS (http://)?" : "?");
        }
        if (has(failure, HttpTimeoutException.class)) {
            return "the server at " + server + " took too long to answer";
        }
        if (has(failure, ConnectException.class)) {
            return "no server answers at " + server + "; is it running? Start one: " + CommandName.get() + " serve; "
                    + OTHERS;
        }
        if (has(failure, SSLException.class)) return tls(server, failure);
        if ("http".equals(server.getScheme()) && isNotHttp(failure)) {
            return "what listens at " + server + " closed the connection or answered something else than HTTP; if it"
                    + " speaks TLS, begin the address with https://, and port 9092 is for Kafka clients";
        }
        return "the server at " + server + " went away: " + FileTrouble.reason(failure);
    }

    /** The JDK's message for a response that is not a TLS record. */
    private static String tls(URI server, IOException failure) {
        String said = FileTrouble.reason(failure);
        if (said.contains("unrecognized SSL message") || said.contains("plaintext connection")) {
            String plain = "http" + server.toString().substring("https".length());
            return "the server at " + server + " speaks no TLS; try --server " + plain;
        }
        boolean stranger = said.contains("PKIX") || said.contains("certificate");
        return "TLS with the server at " + server + " failed: " + said
                + (stranger ? "; a certificate that this Java does not know has to be put into its trust store" : "");
    }

    /** Whether no connection came about, so that the request has reached nobody. */
    static boolean isUnsent(IOException failure) {
        return has(failure, ConnectException.class)
                || has(failure, HttpConnectTimeoutException.class)
                || has(failure, UnresolvedAddressException.class)
                || has(failure, UnknownHostException.class);
    }

    private static boolean isNotHttp(IOException failure) {
        String said = FileTrouble.reason(failure);
        return has(failure, ProtocolException.class)
                || said.contains("header parser received no bytes")
                || said.contains("parsing HTTP/1.1 status line");
    }

    private static boolean has(Throwable failure, Class<? extends Exception> kind) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (kind.isInstance(at)) return true;
        }
        return false;
    }
}
