package io.letterbox.host;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/**
 * What this process may use.
 *
 * @param descriptors files and sockets that may be open; -1 where that is not known
 * @param memoryBytes what the machine has, or the container may use
 * @param heapBytes what the heap may grow to
 * @param directBytes what buffers outside of the heap may grow to
 * @param endsWithoutMemory whether the process ends when it has no memory left, instead of going on half alive
 */
public record ProcessLimits(
        long descriptors, long memoryBytes, long heapBytes, long directBytes, boolean endsWithoutMemory) {
    /** Those of this process. */
    public static ProcessLimits ofThisProcess() {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        long heap = Runtime.getRuntime().maxMemory();
        long direct = Long.parseLong(flag("MaxDirectMemorySize"));
        return new ProcessLimits(
                Descriptors.most(),
                system.getTotalMemorySize(),
                heap,
                // 0 stands for as much as the heap.
                direct == 0 ? heap : direct,
                Boolean.parseBoolean(flag("ExitOnOutOfMemoryError")));
    }

    private static String flag(String name) {
        return ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                .getVMOption(name)
                .getValue();
    }
}
