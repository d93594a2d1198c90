package io.letterbox.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/** A range of IP addresses: those with the same first bits (CIDR, RFC 4632 and RFC 4291). Immutable. */
public final class Network {
    /** An IPv4 address as it is usually written. */
    public static final Pattern IPV4 =
            Pattern.compile("(25[0-5]|2[0-4]\\d|1?\\d?\\d)(\\.(25[0-5]|2[0-4]\\d|1?\\d?\\d)){3}");

    private static final Pattern MAYBE_IPV6 = Pattern.compile("[0-9A-Fa-f:.]{2,45}");
    private static final Pattern BITS = Pattern.compile("\\d{1,3}");

    private final byte[] address;
    private final int bits;

    private Network(byte[] address, int bits) {
        this.address = address;
        this.bits = bits;
    }

    /**
     * Parses {@code 10.0.0.0/8}, {@code fd00::/8}, or an address, which is a network of its own.
     *
     * @return null if the text is neither; no name is ever resolved
     */
    public static Network parse(String text) {
        int slash = text.indexOf('/');
        byte[] address = bytes(slash < 0 ? text : text.substring(0, slash));
        if (address == null) return null;
        int all = address.length * Byte.SIZE;
        if (slash < 0) return new Network(address, all);
        String bits = text.substring(slash + 1);
        if (!BITS.matcher(bits).matches() || Integer.parseInt(bits) > all) return null;
        return new Network(address, Integer.parseInt(bits));
    }

    /** Whether an address is in this network; false for other texts. */
    public boolean contains(String text) {
        byte[] other = bytes(text);
        if (other == null || other.length != address.length) return false;
        for (int bit = 0; bit < bits; bit++) {
            int mask = 0x80 >> (bit % Byte.SIZE);
            if (((address[bit / Byte.SIZE] ^ other[bit / Byte.SIZE]) & mask) != 0) return false;
        }
        return true;
    }

    /** The bytes of an address; an IPv4-mapped IPv6 address counts as IPv4. */
    private static byte[] bytes(String text) {
        int zone = text.indexOf('%');
        String plain = zone < 0 ? text : text.substring(0, zone);
        boolean isLiteral = IPV4.matcher(plain).matches()
                || plain.indexOf(':') >= 0 && MAYBE_IPV6.matcher(plain).matches();
        if (!isLiteral) return null;
        try {
            return InetAddress.getByName(plain).getAddress();
        } catch (UnknownHostException malformed) {
            return null;
        }
    }
}
