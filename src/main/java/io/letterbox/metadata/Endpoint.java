package io.letterbox.metadata;

/**
 * The address of one door of a node.
 *
 * @param host a name or an IP address, as clients are told
 * @param port 0 to 65535; 0 if the node has no such door
 */
public record Endpoint(String host, int port) {
    /** The endpoint of a door that a node does not have. */
    public static final Endpoint NONE = new Endpoint("", 0);

    /** False for {@link #NONE}. */
    public boolean exists() {
        return port != 0;
    }

    /** Host and port as in a URI (RFC 3986, section 3.2.2): an IPv6 address in brackets. */
    public String authority() {
        boolean bare = host.indexOf(':') >= 0 && !host.startsWith("[");
        return (bare ? "[" + host + "]" : host) + ":" + port;
    }
}
