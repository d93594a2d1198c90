package io.letterbox.cluster.raft;

import io.letterbox.metadata.ReplicaId;
import io.letterbox.storage.replica.FollowerProgress;
import io.letterbox.storage.replica.ReplicaView;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.ratis.proto.RaftProtos.ServerRpcProto;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.server.RaftServer;

/** Looks at a group of this process as Ratis has it. Stateless; any thread but those of Ratis. */
final class DivisionView {
    private DivisionView() {}

    static ReplicaView of(RaftServer.Division division) {
        DivisionInfo info = division.getInfo();
        List<ReplicaId> voters = new ArrayList<>();
        for (RaftPeer peer : division.getRaftConf().getAllPeers())
            voters.add(ReplicaId.ofPeer(peer.getId().toString()));
        return new ReplicaView(
                RaftNode.node(info.getLeaderId()),
                info.getCurrentTerm(),
                division.getRaftLog().getLastCommittedIndex(),
                info.getLastAppliedIndex(),
                voters,
                followers(info));
    }

    /** Empty if this process does not lead the group. */
    static List<FollowerProgress> followers(DivisionInfo info) {
        return List.copyOf(progress(info).values());
    }

    /** The followers in Ratis' order; empty if this process does not lead the group. */
    static Map<ReplicaId, FollowerProgress> progress(DivisionInfo info) {
        if (!info.isLeader()) return Map.of();
        List<ServerRpcProto> followers = info.getRoleInfoProto().getLeaderInfo().getFollowerInfoList();
        long[] matched = info.getFollowerMatchIndices();
        // Null if leadership has just ended. Both lists have one order; where they differ in length the group changed
        // its members meanwhile.
        if (matched == null || matched.length != followers.size()) return Map.of();
        Map<ReplicaId, FollowerProgress> progress = new LinkedHashMap<>();
        for (int i = 0; i < matched.length; i++) {
            ServerRpcProto follower = followers.get(i);
            ReplicaId replica = ReplicaId.ofPeer(follower.getId().getId().toStringUtf8());
            progress.put(replica, new FollowerProgress(replica.node(), matched[i], follower.getLastRpcElapsedTimeMs()));
        }
        return progress;
    }
}
