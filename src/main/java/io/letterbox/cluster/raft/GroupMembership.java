package io.letterbox.cluster.raft;

import io.letterbox.cluster.healing.GroupMembers;
import io.letterbox.cluster.healing.GroupReport;
import io.letterbox.metadata.ReplicaId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.SetConfigurationRequest;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.server.RaftConfiguration;
import org.apache.ratis.server.RaftServer;

/**
 * The members of a group as this node knows them, and their changes while it leads. Safe from any thread: what asks
 * Ratis is done by threads of the node.
 */
final class GroupMembership {
    private final RaftNode node;
    private final RaftGroupId group;
    private final AtomicLong calls = new AtomicLong();

    GroupMembership(RaftNode node, RaftGroupId group) {
        this.node = node;
        this.group = group;
    }

    /**
     * What the leader knows of the group; empty if this node does not lead it.
     *
     * @param number what the group is called in the report
     */
    Optional<GroupReport> report(int number) throws IOException {
        RaftServer.Division division = node.division(group);
        DivisionInfo info = division.getInfo();
        if (!info.isLeader()) return Optional.empty();
        RaftConfiguration configuration = division.getRaftConf();
        boolean committed =
                configuration.getLogEntryIndex() <= division.getRaftLog().getLastCommittedIndex();
        boolean changing = !committed
                || !configuration.getPreviousPeers(RaftPeerRole.FOLLOWER).isEmpty()
                || !configuration.getPreviousPeers(RaftPeerRole.LISTENER).isEmpty();
        return Optional.of(
                new GroupReport(number, info.getCurrentTerm(), members(configuration), changing, inTouch(division)));
    }

    /** Whether this node's replica is a member, as far as it knows itself. */
    boolean isMember() throws IOException {
        return members(node.division(group).getRaftConf()).has(node.replica());
    }

    private static GroupMembers members(RaftConfiguration configuration) {
        return new GroupMembers(
                replicas(configuration.getCurrentPeers(RaftPeerRole.FOLLOWER)),
                replicas(configuration.getCurrentPeers(RaftPeerRole.LISTENER)));
    }

    private static Set<ReplicaId> replicas(Collection<RaftPeer> peers) {
        return peers.stream()
                .map(peer -> ReplicaId.ofPeer(peer.getId().toString()))
                .collect(Collectors.toSet());
    }

    private Set<ReplicaId> inTouch(RaftServer.Division division) {
        Set<ReplicaId> inTouch = new HashSet<>();
        inTouch.add(node.replica());
        long committed = division.getRaftLog().getLastCommittedIndex();
        DivisionView.progress(division.getInfo()).forEach((replica, progress) -> {
            if (progress.isInTouch(committed)) inTouch.add(replica);
        });
        return inTouch;
    }

    /**
     * Changes the members, if they are what is expected and this node leads; complete when the change is committed. All
     * of both kinds are named in every request, because Ratis drops what is not.
     *
     * @param addresses where members are that the group does not have yet
     */
    CompletableFuture<Void> change(GroupMembers expected, GroupMembers wanted, List<RaftMember> addresses) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        try {
            node.executor().execute(() -> ask(expected, wanted, addresses, done));
        } catch (RejectedExecutionException closing) {
            done.completeExceptionally(closing);
        }
        return done;
    }

    private void ask(
            GroupMembers expected, GroupMembers wanted, List<RaftMember> addresses, CompletableFuture<Void> done) {
        try {
            Map<ReplicaId, RaftPeer> known = known(addresses);
            SetConfigurationRequest.Arguments arguments = SetConfigurationRequest.Arguments.newBuilder()
                    .setMode(SetConfigurationRequest.Mode.COMPARE_AND_SET)
                    .setServersInCurrentConf(peers(expected.voters(), known, RaftPeerRole.FOLLOWER))
                    .setListenersInCurrentConf(peers(expected.listeners(), known, RaftPeerRole.LISTENER))
                    .setServersInNewConf(peers(wanted.voters(), known, RaftPeerRole.FOLLOWER))
                    .setListenersInNewConf(peers(wanted.listeners(), known, RaftPeerRole.LISTENER))
                    .build();
            node.server()
                    .setConfigurationAsync(new SetConfigurationRequest(
                            ClientId.randomId(), node.self(), group, calls.incrementAndGet(), arguments))
                    .whenComplete((reply, failure) -> answered(reply, failure, done));
        } catch (IOException | RuntimeException failed) {
            done.completeExceptionally(failed);
        }
    }

    private static void answered(RaftClientReply reply, Throwable failure, CompletableFuture<Void> done) {
        if (failure != null) done.completeExceptionally(failure);
        else if (reply.isSuccess()) done.complete(null);
        else done.completeExceptionally(reply.getException());
    }

    private Map<ReplicaId, RaftPeer> known(List<RaftMember> addresses) throws IOException {
        Map<ReplicaId, RaftPeer> known = new HashMap<>();
        for (RaftMember member : addresses) known.put(member.replica(), member.peer());
        // What is in the log of the group counts.
        RaftConfiguration configuration = node.division(group).getRaftConf();
        for (RaftPeerRole role : List.of(RaftPeerRole.FOLLOWER, RaftPeerRole.LISTENER)) {
            for (RaftPeer peer : configuration.getCurrentPeers(role))
                known.put(ReplicaId.ofPeer(peer.getId().toString()), peer);
        }
        return known;
    }

    private static List<RaftPeer> peers(Set<ReplicaId> replicas, Map<ReplicaId, RaftPeer> known, RaftPeerRole role)
            throws IOException {
        List<RaftPeer> peers = new ArrayList<>();
        for (ReplicaId replica : replicas) {
            RaftPeer peer = known.get(replica);
            if (peer == null) throw new IOException("Nobody knows where " + replica.peer() + " takes part in Raft");
            peers.add(RaftPeer.newBuilder(peer).setStartupRole(role).build());
        }
        return peers;
    }
}
