package io.letterbox.host;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** The file descriptors of this process, sockets among them. Asked without the bean server, for which a start would wait. */
public final class Descriptors {
    /** Null elsewhere than on Unix, where there is no limit to speak of. */
    private static final UnixOperatingSystemMXBean UNIX =
            ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix ? unix : null;

    private Descriptors() {}

    /** How many may be open, as it is now; -1 where that is not known. */
    public static long most() {
        return UNIX == null ? -1 : UNIX.getMaxFileDescriptorCount();
    }

    /** How many are open, which means to list a directory; 0 where that is not known. */
    public static long open() {
        return UNIX == null ? 0 : UNIX.getOpenFileDescriptorCount();
    }
}
