package io.letterbox;

import io.letterbox.bus.ClusterFigures;
import io.letterbox.bus.Metadata;
import io.letterbox.bus.Partitions;
import io.letterbox.bus.ProducerIdSource;
import io.letterbox.cluster.Founder;
import io.letterbox.cluster.Leaders;
import io.letterbox.cluster.Peer;
import io.letterbox.cluster.PeerRequestKind;
import io.letterbox.cluster.Peers;
import io.letterbox.cluster.birth.Membership;
import io.letterbox.cluster.forwarding.ClusterPartitions;
import io.letterbox.cluster.raft.FoundingMembers;
import io.letterbox.cluster.raft.RaftMember;
import io.letterbox.cluster.raft.RaftMetadataLog;
import io.letterbox.cluster.raft.RaftNode;
import io.letterbox.cluster.raft.RaftOptions;
import io.letterbox.cluster.status.MissingVoters;
import io.letterbox.config.ClusterConfig;
import io.letterbox.config.LetterboxConfig;
import io.letterbox.disk.Disk;
import io.letterbox.disk.FileDisk;
import io.letterbox.metadata.Command;
import io.letterbox.metadata.Endpoint;
import io.letterbox.metadata.MemberImage;
import io.letterbox.metadata.MetadataLog;
import io.letterbox.metadata.MetadataMachine;
import io.letterbox.metadata.ReplicaId;
import io.letterbox.storage.DataDirectory;
import io.letterbox.text.FileTrouble;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a node has that belongs to a cluster: where others find it, Raft, and the metadata that all agree on. Opened
 * before the storage, and closed after it. Used by the thread that starts and stops the server.
 */
final class ClusterAssembly implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterAssembly.class);
    private static final long FORWARD_TIMEOUT_MS = 6_000;

    private final Vertx vertx;
    private final LetterboxConfig config;
    private final DataDirectory directory;
    private final Disk disk = new FileDisk();
    private final ReplicaId replica;
    private final Endpoint http;
    private final StartWait wait;
    private RaftNode raft;
    private PeersAssembly others;
    private UUID clusterId;
    private int founders;
    private RaftMetadataLog metadata;
    private volatile ClusterPartitions partitions;

    private ClusterAssembly(Vertx vertx, LetterboxConfig config, DataDirectory directory, StartWait wait) {
        this.vertx = vertx;
        this.config = config;
        this.directory = directory;
        this.wait = wait;
        this.replica = new ReplicaId(config.node().id(), directory.id());
        this.http = new Endpoint(config.cluster().reachableHost(), config.http().port());
    }

    /**
     * Opens what others need of this node, has the cluster begun or goes back to it, and waits until the metadata here
     * are those that the cluster has agreed on.
     *
     * @param wait told what is waited for
     * @throws IOException if a port or the data directory cannot be used; the message says why
     */
    static ClusterAssembly start(
            Vertx vertx, LetterboxConfig config, DataDirectory directory, MetadataMachine machine, StartWait wait)
            throws IOException {
        ClusterAssembly cluster = new ClusterAssembly(vertx, config, directory, wait);
        try {
            Membership membership = cluster.find();
            cluster.agree(membership, machine);
            return cluster;
        } catch (IOException | RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    /** Answers at the node's ports, and finds the cluster. */
    private Membership find() throws IOException {
        ClusterConfig cluster = config.cluster();
        // Others begin no cluster with a node whose Raft they cannot reach.
        raft = RaftNode.start(new RaftOptions(
                replica,
                new Endpoint(cluster.host(), cluster.ports().raft()),
                directory.layout().raft()));
        Endpoint kafka = config.kafka().enabled()
                ? KafkaAssembly.advertised(config.kafka(), config.kafka().port())
                : Endpoint.NONE;
        others = PeersAssembly.open(vertx, config, directory, http, kafka);
        LOG.info(
                "Looking for the other nodes of the cluster; they find this one at {}",
                peers().self().addresses().cluster().authority());
        return wait.result(others.member(), () -> {
            String said = String.join(" ", others.sentences());
            return said.isEmpty() ? "Looks for the other nodes of its cluster." : said;
        });
    }

    private void agree(Membership membership, MetadataMachine machine) throws IOException {
        clusterId = membership.clusterId();
        founders = membership.founders().size();
        if (membership.founders().stream()
                .noneMatch(founder -> founder.is(peers().self().identity()))) {
            throw new IOException("Node " + replica.node() + " is none of those that began the cluster " + clusterId
                    + ", and this version lets no others join yet.");
        }
        FoundingMembers founding = founding(membership);
        RaftMetadataLog.Opening opening =
                new RaftMetadataLog.Opening(clusterId.toString(), disk, founding.members(), !founding.begun());
        metadata = RaftMetadataLog.open(raft, opening, machine, (node, proposal) -> peers().ask(
                        node, PeerRequestKind.METADATA, Buffer.buffer(proposal), FORWARD_TIMEOUT_MS)
                .map(Buffer::getBytes)
                .toCompletionStage());
        if (!founding.begun()) founding.entered().write(disk, directory.layout().raftMembers());
        peers().answer(PeerRequestKind.METADATA, request -> Future.fromCompletionStage(
                        metadata.answer(request.body().getBytes()))
                .map(Buffer::buffer));
        awaitAgreement(founding);
    }

    /** The members of the metadata group, as all founders have told where they are. */
    private FoundingMembers founding(Membership membership) throws IOException {
        FoundingMembers written = FoundingMembers.read(disk, directory.layout().raftMembers());
        if (written != null) return written;
        while (true) {
            List<RaftMember> members = new ArrayList<>();
            for (Founder founder : membership.founders()) {
                Endpoint address = raftOf(founder);
                if (address != null)
                    members.add(new RaftMember(new ReplicaId(founder.node(), founder.directoryId()), address, true));
            }
            if (members.size() == membership.founders().size()) {
                FoundingMembers founding = new FoundingMembers(members, false);
                founding.write(disk, directory.layout().raftMembers());
                return founding;
            }
            wait.pause("Waits for the other nodes that begin the cluster to say where they are.");
        }
    }

    private Endpoint raftOf(Founder founder) {
        if (founder.is(peers().self().identity()))
            return peers().self().addresses().raft();
        return peers().members().stream()
                .filter(peer -> founder.is(peer.identity()))
                .map(peer -> peer.addresses().raft())
                .findFirst()
                .orElse(null);
    }

    private void awaitAgreement(FoundingMembers founding) throws IOException {
        List<Integer> voters = founding.members().stream()
                .map(member -> member.replica().node())
                .toList();
        do {
            List<Integer> heardOf = peers().members().stream().map(Peer::node).toList();
            wait.pause(MissingVoters.sentence(voters, replica.node(), heardOf));
        } while (StartWait.failureOf(metadata.barrier()) != null);
    }

    /** What the cluster agrees on. */
    RaftMetadataLog metadata() {
        return metadata;
    }

    /** The same; tells somebody, in a sentence, when this node can take no more part in it. */
    MetadataLog metadata(Consumer<String> onFailure) {
        metadata.onFailure(onFailure);
        return metadata;
    }

    /**
     * The partitions of the whole cluster.
     *
     * @param proof of a shard: complete when this node has everything that was committed in it before the call
     */
    ClusterPartitions partitions(
            Metadata shown, Partitions local, ProducerIdSource producerIds, IntFunction<Future<Void>> proof) {
        partitions = new ClusterPartitions(vertx, shown, local, peers(), producerIds, proof);
        return partitions;
    }

    /** What was forwarded to other nodes; after {@link #partitions}. */
    ClusterFigures.Forwarding forwarding() {
        return partitions.forwarding();
    }

    /** What connects this node with others. */
    PeersAssembly others() {
        return others;
    }

    RaftNode raft() {
        return raft;
    }

    Peers peers() {
        return others.peers();
    }

    /** The nodes whose process has ended lately. */
    Set<Integer> ended() {
        return others.ended();
    }

    Leaders leaders() {
        return others.leaders();
    }

    /** The version of the metadata that the cluster has agreed on by now. */
    Future<Long> agreedVersion() {
        return Future.fromCompletionStage(metadata.barrier())
                .map(passed -> metadata.image().version());
    }

    String clusterId() {
        return clusterId.toString();
    }

    /** How many nodes began the cluster. */
    int founders() {
        return founders;
    }

    /** This node with its data directory. */
    ReplicaId self() {
        return replica;
    }

    /** Reports to the cluster where this node is. */
    Command registration(Endpoint listening, Endpoint kafka) {
        Peer self = peers().self();
        MemberImage member = new MemberImage(
                replica.directory(),
                self.rack(),
                self.version(),
                self.addresses().cluster(),
                self.addresses().raft(),
                self.addresses().bus(),
                List.of());
        Endpoint reachable = new Endpoint(http.host(), listening.port());
        return new Command.RegisterMember(replica.node(), reachable, kafka, member);
    }

    /** After the storage: others learn last that this node has gone. */
    @Override
    public void close() {
        try {
            if (metadata != null) metadata.close();
        } catch (IOException e) {
            LOG.warn("The metadata group did not close: {}", FileTrouble.reason(e));
        }
        if (raft != null) raft.close();
        if (others != null) others.close();
    }
}
