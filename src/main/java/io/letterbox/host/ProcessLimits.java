package io.letterbox.host;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/**
 * The limits of this process.
 *
 * @param descriptors files and sockets that may be open; -1 if unknown
 * @param memoryBytes the memory of the machine, or of the container
 * @param heapBytes the largest heap
 * @param directBytes the most memory of buffers outside of the heap
 * @param endsWithoutMemory whether the process exits when it runs out of memory, instead of going on in an undefined
 *     state
 */
public record ProcessLimits(
        long descriptors, long memoryBytes, long heapBytes, long directBytes, boolean endsWithoutMemory) {
    /** The limits of this process. */
    public static ProcessLimits ofThisProcess() {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        long heap = Runtime.getRuntime().maxMemory();
        long direct = Long.parseLong(flag("MaxDirectMemorySize"));
        return new ProcessLimits(
                Descriptors.most(),
                system.getTotalMemorySize(),
                heap,
                // 0 stands for the size of the heap.
                direct == 0 ? heap : direct,
                Boolean.parseBoolean(flag("ExitOnOutOfMemoryError")));
    }

    private static String flag(String name) {
        return ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                .getVMOption(name)
                .getValue();
    }
}
