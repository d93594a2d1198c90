package io.letterbox.groups.classic;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A classic group of consumers, as input for its migration to a group whose assignment the server decides (KIP-848,
 * "online migration").
 *
 * @param generation the last generation
 * @param members the members that know their ids
 */
public record ClassicGroupSnapshot(int generation, List<Member> members) {
    /**
     * One member.
     *
     * @param instanceId a static member's name, or null
     * @param protocols the member's metadata by protocol, in its order of preference
     * @param assignment the leader's assignment for it, in the consumers' format; empty if it has none yet
     */
    public record Member(
            String id,
            String instanceId,
            String clientId,
            String host,
            Timeouts timeouts,
            List<Map.Entry<String, byte[]>> protocols,
            byte[] assignment) {}

    /** The timeouts that a member requested, in milliseconds. */
    public record Timeouts(int sessionMs, int rebalanceMs) {}

    static ClassicGroupSnapshot of(ClassicGroup group) {
        List<Member> members = new ArrayList<>();
        for (ClassicMember member : group.members()) {
            // It will join again with another id, because it never learned this one.
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
