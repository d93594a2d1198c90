package io.letterbox;

import io.letterbox.config.KafkaConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The names by which other machines may know this one. */
final class MachineNames {
    /** The host name on Linux; the portable way to ask for it may query the DNS. */
    private static final Path HOSTNAME = Path.of("/proc/sys/kernel/hostname");

    private MachineNames() {}

    /** The names that are known without a look-up: the host name, and the advertised Kafka host. */
    static List<String> withoutLookUp(KafkaConfig kafka) {
        List<String> names = new ArrayList<>();
        if (!kafka.advertisedHost().isBlank()) names.add(kafka.advertisedHost().strip());
        try {
            if (Files.isReadable(HOSTNAME)) {
                names.add(Files.readString(HOSTNAME, StandardCharsets.UTF_8).strip());
            }
        } catch (IOException unknown) {
            // The look-up finds the name as well.
            return names;
        }
        return names;
    }

    /** The names that the resolver gives; may take as long as a DNS query that is not answered. */
    static List<String> byLookUp() {
        try {
            InetAddress here = InetAddress.getLocalHost();
            return List.of(here.getHostName(), here.getCanonicalHostName());
        } catch (IOException unknown) {
            return List.of();
        }
    }
}
