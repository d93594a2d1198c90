package io.letterbox.groups.classic;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A group of consumers on its way to becoming one whose assignment the server decides (KIP-848, "online migration").
 *
 * @param generation the last one
 * @param members those who know their ids
 */
public record ClassicGroupSnapshot(int generation, List<Member> members) {
    /**
     * One member.
     *
     * @param instanceId a static member's name, or null
     * @param protocols what it tells the leader, by protocol, the protocol that it likes most first
     * @param assignment what the leader gave it, in the consumers' format; empty where it got nothing yet
     */
    public record Member(
            String id,
            String instanceId,
            String clientId,
            String host,
            Timeouts timeouts,
            List<Map.Entry<String, byte[]>> protocols,
            byte[] assignment) {}

    /** What a member asked for, in milliseconds. */
    public record Timeouts(int sessionMs, int rebalanceMs) {}

    static ClassicGroupSnapshot of(ClassicGroup group) {
        List<Member> members = new ArrayList<>();
        for (ClassicMember member : group.members()) {
            // It will come back with another id, because it was never told this one.
            if (member.isFresh()) continue;
            List<Map.Entry<String, byte[]>> protocols = new ArrayList<>();
            for (ClassicMember.Protocol protocol : member.protocols()) {
                protocols.add(Map.entry(protocol.name(), protocol.metadata()));
            }
            members.add(new Member(
                    member.id(),
                    member.origin().instanceId(),
                    member.origin().clientId(),
                    member.origin().host(),
                    new Timeouts(member.sessionTimeoutMs(), member.rebalanceTimeoutMs()),
                    protocols,
                    member.assignment()));
        }
        return new ClassicGroupSnapshot(group.generation(), members);
    }
}
