package io.letterbox;

import io.letterbox.config.KafkaConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** By which names others know this machine. */
final class MachineNames {
    /** Where Linux says how the machine calls itself; asking for it in the portable way may ask the DNS. */
    private static final Path HOSTNAME = Path.of("/proc/sys/kernel/hostname");

    private MachineNames() {}

    /** What is known without asking anybody: how the machine calls itself, and what Kafka clients are told. */
    static List<String> known(KafkaConfig kafka) {
        List<String> names = new ArrayList<>();
        if (!kafka.advertisedHost().isBlank()) names.add(kafka.advertisedHost().strip());
        try {
            if (Files.isReadable(HOSTNAME)) {
                names.add(Files.readString(HOSTNAME, StandardCharsets.UTF_8).strip());
            }
        } catch (IOException unknown) {
            // The look-up finds it all the same.
            return names;
        }
        return names;
    }

    /** What the machine's resolver says; may take as long as a DNS that does not answer. */
    static List<String> lookedUp() {
        try {
            InetAddress here = InetAddress.getLocalHost();
            return List.of(here.getHostName(), here.getCanonicalHostName());
        } catch (IOException unknown) {
            return List.of();
        }
    }
}
