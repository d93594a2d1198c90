package io.letterbox.cluster.hazelcast;

import com.hazelcast.cluster.Address;
import com.hazelcast.config.properties.PropertyDefinition;
import com.hazelcast.logging.ILogger;
import com.hazelcast.spi.discovery.AbstractDiscoveryStrategy;
import com.hazelcast.spi.discovery.DiscoveryNode;
import com.hazelcast.spi.discovery.DiscoveryStrategy;
import com.hazelcast.spi.discovery.DiscoveryStrategyFactory;
import com.hazelcast.spi.discovery.SimpleDiscoveryNode;
import io.letterbox.metadata.Endpoint;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Tells Hazelcast of nodes that have answered a probe lately, and of no others: a paused node would keep one of its
 * threads busy and hold up its start, and a name with several addresses would make each node take the others for
 * itself. Asked at the start, and at each search for other clusters.
 */
final class ProbedDiscovery implements DiscoveryStrategyFactory {
    private final Supplier<Collection<Endpoint>> candidates;

    ProbedDiscovery(Supplier<Collection<Endpoint>> candidates) {
        this.candidates = candidates;
    }

    @Override
    public Class<? extends DiscoveryStrategy> getDiscoveryStrategyType() {
        return Strategy.class;
    }

    @Override
    @SuppressWarnings("rawtypes")
    public DiscoveryStrategy newDiscoveryStrategy(
            DiscoveryNode node, ILogger logger, Map<String, Comparable> properties) {
        return new Strategy(logger, properties, candidates);
    }

    @Override
    public Collection<PropertyDefinition> getConfigurationProperties() {
        return List.of();
    }

    private static final class Strategy extends AbstractDiscoveryStrategy {
        private final Supplier<Collection<Endpoint>> candidates;

        @SuppressWarnings("rawtypes")
        Strategy(ILogger logger, Map<String, Comparable> properties, Supplier<Collection<Endpoint>> candidates) {
            super(logger, properties);
            this.candidates = candidates;
        }

        @Override
        public Iterable<DiscoveryNode> discoverNodes() {
            List<DiscoveryNode> nodes = new ArrayList<>();
            for (Endpoint candidate : candidates.get()) {
                try {
                    nodes.add(new SimpleDiscoveryNode(
                            new Address(BusAddresses.numeric(candidate.host()), candidate.port())));
                } catch (UnknownHostException e) {
                    getLogger().fine("Its name leads to no address: " + candidate.host());
                }
            }
            return nodes;
        }
    }
}
