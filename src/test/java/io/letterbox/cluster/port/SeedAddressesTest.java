package io.letterbox.cluster.port;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.letterbox.metadata.Endpoint;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SeedAddressesTest {
    private final Vertx vertx = Vertx.vertx();
    private final Map<String, List<String>> names = new ConcurrentHashMap<>();
    private final SeedAddresses seeds = new SeedAddresses(vertx, this::find);

    private InetAddress[] find(String host) throws UnknownHostException {
        List<String> addresses = names.get(host);
        if (addresses == null) throw new UnknownHostException(host);
        InetAddress[] found = new InetAddress[addresses.size()];
        for (int index = 0; index < found.length; index++) found[index] = InetAddress.getByName(addresses.get(index));
        return found;
    }

    @AfterEach
    void close() {
        vertx.close().await();
    }

    @Test
    void aNameLeadsToSeveralNodesAndToOthersLater() {
        names.put("headless", List.of("10.0.0.1", "10.0.0.2", "fd00::3"));
        names.put("10.0.0.1", List.of("10.0.0.1"));
        resolve(List.of(new Endpoint("headless", 7400), new Endpoint("nowhere", 1), new Endpoint("10.0.0.1", 7400)));
        await().until(() -> !seeds.addresses().isEmpty());
        assertThat(seeds.addresses())
                .containsExactlyInAnyOrder(
                        new Endpoint("10.0.0.1", 7400),
                        new Endpoint("10.0.0.2", 7400),
                        new Endpoint("fd00:0:0:0:0:0:0:3", 7400));
        assertThat(seeds.unknown()).containsExactly("nowhere");

        names.put("headless", List.of("10.0.0.9"));
        resolve(List.of(new Endpoint("headless", 7400)));
        await().until(() -> seeds.addresses().equals(Set.of(new Endpoint("10.0.0.9", 7400))));
        assertThat(seeds.unknown()).isEmpty();
    }

    private void resolve(List<Endpoint> all) {
        vertx.runOnContext(here -> seeds.resolve(all));
    }
}
