package io.letterbox.metadata;

/**
 * Where one door of a node can be reached.
 *
 * @param host a name or an IP address, as clients are told
 * @param port 0 to 65535; 0 where the node has no such door
 */
public record Endpoint(String host, int port) {
    /** Stands for a door that a node does not have. */
    public static final Endpoint NONE = new Endpoint("", 0);

    /** False for {@link #NONE}. */
    public boolean exists() {
        return port != 0;
    }

    /** Host and port as an address has them (RFC 3986, section 3.2.2): an IPv6 address in brackets. */
    public String authority() {
        boolean bare = host.indexOf(':') >= 0 && !host.startsWith("[");
        return (bare ? "[" + host + "]" : host) + ":" + port;
    }
}
