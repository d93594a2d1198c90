package io.letterbox.cluster.hazelcast;

import io.letterbox.metadata.Endpoint;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * Where the event bus and Hazelcast are.
 *
 * @param listenHost {@code cluster.host}
 * @param bus where others reach the event bus
 * @param discovery where others reach Hazelcast
 */
public record BusAddresses(String listenHost, Endpoint bus, Endpoint discovery) {
    /** Whether it listens on all addresses of the machine. */
    boolean isWildcard() throws UnknownHostException {
        return InetAddress.getByName(listenHost).isAnyLocalAddress();
    }

    /**
     * The address behind a name: Hazelcast takes members by addresses, and one of several nodes behind a name for
     * itself. Not the loopback, if there is another: a machine may have its own name for that.
     */
    static String numeric(String host) throws UnknownHostException {
        InetAddress[] all = InetAddress.getAllByName(host);
        for (InetAddress address : all) {
            if (!address.isLoopbackAddress()) return address.getHostAddress();
        }
        return all[0].getHostAddress();
    }
}
