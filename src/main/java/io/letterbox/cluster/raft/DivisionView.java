package io.letterbox.cluster.raft;

import io.letterbox.metadata.ReplicaId;
import io.letterbox.storage.replica.FollowerProgress;
import io.letterbox.storage.replica.ReplicaView;
import java.util.ArrayList;
import java.util.List;
import org.apache.ratis.proto.RaftProtos.ServerRpcProto;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
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
        if (!info.isLeader()) return List.of();
        List<ServerRpcProto> followers = info.getRoleInfoProto().getLeaderInfo().getFollowerInfoList();
        long[] matched = info.getFollowerMatchIndices();
        // Null if leadership has just ended. Both lists have one order; where they differ in length the group changed
        // its members meanwhile.
        if (matched == null || matched.length != followers.size()) return List.of();
        List<FollowerProgress> progress = new ArrayList<>(matched.length);
        for (int i = 0; i < matched.length; i++) {
            ServerRpcProto follower = followers.get(i);
            int id = RaftNode.node(RaftPeerId.valueOf(follower.getId().getId()));
            progress.add(new FollowerProgress(id, matched[i], follower.getLastRpcElapsedTimeMs()));
        }
        return progress;
    }
}
