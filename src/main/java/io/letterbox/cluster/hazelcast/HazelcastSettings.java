package io.letterbox.cluster.hazelcast;

import com.hazelcast.config.AdvancedNetworkConfig;
import com.hazelcast.config.Config;
import com.hazelcast.config.DiscoveryStrategyConfig;
import com.hazelcast.config.JavaSerializationFilterConfig;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MultiMapConfig;
import com.hazelcast.config.ServerSocketEndpointConfig;
import com.hazelcast.instance.ProtocolType;
import io.letterbox.cluster.Peer;
import io.letterbox.metadata.Endpoint;
import java.net.UnknownHostException;
import java.util.Collection;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;

/** All that is set of Hazelcast, and why. */
final class HazelcastSettings {
    /** The same for ever, but for the minor version of Hazelcast: others are refused for the life of a process. */
    static final String CLUSTER_NAME = "letterbox-hz53";

    /** Has to be equal on all nodes, and can never be changed while one runs. */
    private static final String PARTITIONS = "31";

    /** With one backup, two nodes that end at the same time take registrations of the third with them. */
    private static final int BACKUPS = 2;

    private static final Map<String, String> PROPERTIES = Map.ofEntries(
            // Nothing else listens and nothing calls out.
            Map.entry("hazelcast.phone.home.enabled", "false"),
            Map.entry("hazelcast.jmx", "false"),
            Map.entry("hazelcast.health.monitoring.level", "OFF"),
            Map.entry("hazelcast.slow.operation.detector.enabled", "false"),
            Map.entry("hazelcast.logging.type", "slf4j"),
            Map.entry("hazelcast.member.naming.moby.enabled", "false"),
            // Who ends when is ours to say.
            Map.entry("hazelcast.shutdownhook.enabled", "false"),
            Map.entry("hazelcast.graceful.shutdown.max.wait", "5"),
            // Seen as gone after 5 s, whole again some 10 s after a cut.
            Map.entry("hazelcast.discovery.enabled", "true"),
            Map.entry("hazelcast.heartbeat.interval.seconds", "1"),
            Map.entry("hazelcast.max.no.heartbeat.seconds", "5"),
            Map.entry("hazelcast.merge.first.run.delay.seconds", "10"),
            Map.entry("hazelcast.merge.next.run.delay.seconds", "10"),
            Map.entry("hazelcast.wait.seconds.before.join", "1"),
            Map.entry("hazelcast.max.wait.seconds.before.join", "3"),
            Map.entry("hazelcast.max.join.seconds", "30"),
            Map.entry("hazelcast.socket.connect.timeout.seconds", "2"),
            // Workers that ask while it merges come free after that.
            Map.entry("hazelcast.operation.call.timeout.millis", "5000"),
            Map.entry("hazelcast.partition.count", PARTITIONS),
            // A paused peer keeps one output thread busy: with few of them, the others would starve.
            Map.entry("hazelcast.io.input.thread.count", "1"),
            Map.entry("hazelcast.io.output.thread.count", "6"),
            // Vert.x' clean-up blocks one of them.
            Map.entry("hazelcast.event.thread.count", "5"),
            Map.entry("hazelcast.operation.response.thread.count", "1"));

    private HazelcastSettings() {}

    /**
     * @param cluster the cluster's id
     * @param candidates where other members may be: numeric addresses of nodes that have answered lately
     */
    static Config of(Peer self, UUID cluster, BusAddresses at, Supplier<Collection<Endpoint>> candidates)
            throws UnknownHostException {
        Config config = new Config();
        config.setClusterName(CLUSTER_NAME);
        config.setInstanceName("letterbox-" + self.node() + "-"
                + Long.toHexString(self.identity().incarnation()));
        PROPERTIES.forEach(config::setProperty);
        config.setProperty("hazelcast.socket.bind.any", Boolean.toString(at.isWildcard()));
        config.getMetricsConfig().setEnabled(false);
        config.getJetConfig().setEnabled(false);
        network(config.getAdvancedNetworkConfig(), at, candidates);
        // Java serialization takes Hazelcast's classes, the JDK's and these; with the defaults disabled it would take
        // any, as long as nothing else is listed.
        config.getSerializationConfig().setJavaSerializationFilterConfig(new JavaSerializationFilterConfig());
        config.getSerializationConfig()
                .getJavaSerializationFilterConfig()
                .getWhitelist()
                .addPrefixes("io.vertx.spi.cluster.hazelcast.impl.");
        MultiMapConfig registrations = new MultiMapConfig("__vertx.subs");
        registrations.setBackupCount(BACKUPS).setValueCollectionType(MultiMapConfig.ValueCollectionType.SET);
        config.addMultiMapConfig(registrations);
        config.addMapConfig(new MapConfig("__vertx.nodeInfo").setBackupCount(BACKUPS));
        attributes(config, self, cluster);
        return config;
    }

    private static void network(
            AdvancedNetworkConfig network, BusAddresses at, Supplier<Collection<Endpoint>> candidates)
            throws UnknownHostException {
        ServerSocketEndpointConfig members = new ServerSocketEndpointConfig();
        members.setProtocolType(ProtocolType.MEMBER);
        members.setPort(at.discovery().port()).setPortAutoIncrement(false).setReuseAddress(true);
        String address = BusAddresses.numeric(at.discovery().host());
        members.setPublicAddress(new Endpoint(address, at.discovery().port()).authority());
        if (!at.isWildcard()) {
            members.getInterfaces().setEnabled(true).addInterface(BusAddresses.numeric(at.listenHost()));
        }
        network.setEnabled(true).setMemberEndpointConfig(members);
        JoinConfig join = network.getJoin();
        join.getMulticastConfig().setEnabled(false);
        join.getAutoDetectionConfig().setEnabled(false);
        join.getDiscoveryConfig()
                .addDiscoveryStrategyConfig(new DiscoveryStrategyConfig(new ProbedDiscovery(candidates)));
    }

    /** For people who look at Hazelcast's members; no secrets. */
    private static void attributes(Config config, Peer self, UUID cluster) {
        config.getMemberAttributeConfig()
                .setAttribute("lb.cluster", cluster.toString())
                .setAttribute("lb.node", Integer.toString(self.node()))
                .setAttribute("lb.dir", self.identity().directoryId().toString())
                .setAttribute("lb.inc", Long.toHexString(self.identity().incarnation()))
                .setAttribute("lb.version", self.version())
                .setAttribute("lb.rack", self.rack())
                .setAttribute("lb.bus", self.addresses().bus().authority())
                .setAttribute("lb.raft", self.addresses().raft().authority())
                .setAttribute("lb.http", self.addresses().http().authority())
                .setAttribute("lb.kafka", self.addresses().kafka().authority());
    }
}
