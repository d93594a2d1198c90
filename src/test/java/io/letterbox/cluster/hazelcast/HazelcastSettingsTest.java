package io.letterbox.cluster.hazelcast;

import static io.letterbox.cluster.TestPeers.peer;
import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.config.Config;
import com.hazelcast.config.EndpointConfig;
import com.hazelcast.config.MultiMapConfig;
import com.hazelcast.instance.EndpointQualifier;
import com.hazelcast.spi.properties.ClusterProperty;
import com.hazelcast.spi.properties.HazelcastProperty;
import io.letterbox.metadata.Endpoint;
import java.lang.reflect.Field;
import java.net.UnknownHostException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class HazelcastSettingsTest {
    private static Config config(String listen, String advertised) throws UnknownHostException {
        BusAddresses at = new BusAddresses(listen, new Endpoint(advertised, 1), new Endpoint(advertised, 7403));
        return HazelcastSettings.of(peer(1), new UUID(1, 2), at, List::of);
    }

    @Test
    void hazelcastKnowsEveryProperty() throws Exception {
        Set<String> known = new HashSet<>();
        for (Field field : ClusterProperty.class.getFields()) {
            if (field.get(null) instanceof HazelcastProperty property) known.add(property.getName());
        }
        assertThat(known).hasSizeGreaterThan(50);
        assertThat(config("127.0.0.1", "127.0.0.1").getProperties().stringPropertyNames())
                .isSubsetOf(known)
                .contains("hazelcast.phone.home.enabled");
    }

    @Test
    void listensWhereOthersReachItAndNowhereElse() throws Exception {
        Config config = config("127.0.0.1", "localhost");
        EndpointConfig members =
                config.getAdvancedNetworkConfig().getEndpointConfigs().get(EndpointQualifier.MEMBER);
        assertThat(config.getAdvancedNetworkConfig().getEndpointConfigs()).hasSize(1);
        assertThat(members.getInterfaces().isEnabled()).isTrue();
        assertThat(members.getInterfaces().getInterfaces()).containsExactly("127.0.0.1");
        assertThat(config.getProperty("hazelcast.socket.bind.any")).isEqualTo("false");

        Config everywhere = config("0.0.0.0", "127.0.0.1");
        assertThat(everywhere.getProperty("hazelcast.socket.bind.any")).isEqualTo("true");
    }

    @Test
    void registrationsOutliveTwoNodesAndAreNotDoubled() throws Exception {
        MultiMapConfig registrations = config("127.0.0.1", "127.0.0.1").getMultiMapConfig("__vertx.subs");
        assertThat(registrations.getBackupCount()).isEqualTo(2);
        assertThat(registrations.getValueCollectionType()).isEqualTo(MultiMapConfig.ValueCollectionType.SET);
    }
}
