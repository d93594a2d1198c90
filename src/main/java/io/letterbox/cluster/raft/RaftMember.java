package io.letterbox.cluster.raft;

import io.letterbox.metadata.Endpoint;
import io.letterbox.metadata.ReplicaId;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.protocol.RaftPeer;

/**
 * A member of a Raft group.
 *
 * @param replica who it is
 * @param address its {@code cluster.raftPort}
 * @param votes whether it counts for majorities; one that does not only listens
 */
public record RaftMember(ReplicaId replica, Endpoint address, boolean votes) {
    RaftPeer peer() {
        return RaftPeer.newBuilder()
                .setId(replica.peer())
                .setAddress(address.authority())
                .setStartupRole(votes ? RaftPeerRole.FOLLOWER : RaftPeerRole.LISTENER)
                .build();
    }
}
