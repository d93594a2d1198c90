package io.letterbox.host;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/**
 * The file descriptors of this process, sockets included. Read without the MBean server, which would delay the start.
 */
public final class Descriptors {
    /** Null on other systems than Unix, where the limit does not matter. */
    private static final UnixOperatingSystemMXBean UNIX =
            ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix ? unix : null;

    private Descriptors() {}

    /** The limit on open descriptors, as it is now; -1 if unknown. */
    public static long most() {
        return UNIX == null ? -1 : UNIX.getMaxFileDescriptorCount();
    }

    /** The number of open descriptors, for which a directory is listed; 0 if unknown. */
    public static long open() {
        return UNIX == null ? 0 : UNIX.getOpenFileDescriptorCount();
    }
}
