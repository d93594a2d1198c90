package io.letterbox;

import com.sun.management.UnixOperatingSystemMXBean;
import io.letterbox.bus.Metadata;
import io.letterbox.config.LimitsConfig;
import io.letterbox.host.ProcessLimits;
import io.letterbox.metadata.TopicImage;
import io.letterbox.telemetry.LimitMeters;
import io.netty.util.internal.PlatformDependent;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.List;
import java.util.stream.IntStream;

/** The limits that belong to no package: those of topics, and those that the system or the JVM sets. Stateless. */
final class KnownLimits {
    private static final List<MemoryPoolMXBean> HEAP = ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP)
            .toList();

    private KnownLimits() {}

    /** Exports all of them; to be called once. */
    static void bind(LimitMeters meters, LimitsConfig limits, Metadata metadata) {
        meters.add("limits.topics", () -> metadata.image().topics().size(), limits::topics);
        meters.add("limits.partitions", () -> sizes(metadata).sum(), limits::partitions);
        meters.add("limits.partitionsPerTopic", () -> sizes(metadata).max().orElse(0), limits::partitionsPerTopic);
        ProcessLimits process = ProcessLimits.ofThisProcess();
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
            meters.add("descriptors", unix::getOpenFileDescriptorCount, process::descriptors);
        }
        meters.add("heap", KnownLimits::liveHeapBytes, process::heapBytes);
        List<BufferPoolMXBean> direct = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .toList();
        // Netty counts its own buffers, and applies the same limit to them.
        meters.add(
                "direct-memory",
                () -> Math.max(
                        direct.stream()
                                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                                .sum(),
                        PlatformDependent.usedDirectMemory()),
                process::directBytes);
    }

    private static IntStream sizes(Metadata metadata) {
        return metadata.image().topics().values().stream()
                .map(TopicImage::partitions)
                .mapToInt(List::size);
    }

    /** The size of each part of the heap after its last collection: the size between two collections has no meaning. */
    private static double liveHeapBytes() {
        long live = 0;
        for (MemoryPoolMXBean pool : HEAP) {
            MemoryUsage left = pool.getCollectionUsage();
            if (left != null) live += left.getUsed();
        }
        return live;
    }
}
