package io.letterbox.groups.classic;

import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.common.protocol.types.SchemaException;

/** What consumers tell each other about the topics that they subscribe to. Of other types of groups nothing is known. */
final class Subscriptions {
    static final String PROTOCOL_TYPE = ConsumerProtocol.PROTOCOL_TYPE;

    private Subscriptions() {}

    /** The topics that the members read; null where that cannot be told. */
    static Set<String> of(ClassicGroup group) {
        if (!group.isOfConsumers()) return null;
        Set<String> topics = new HashSet<>();
        if (group.size() > 0 && group.protocol() == null) return null;
        try {
            for (ClassicMember member : group.members()) {
                ByteBuffer metadata = ByteBuffer.wrap(member.metadata(group.protocol()));
                ConsumerProtocol.deserializeVersion(metadata);
                // Version 0 is a prefix of all others, so newer clients are understood, too.
                topics.addAll(ConsumerProtocol.deserializeConsumerProtocolSubscription(metadata, (short) 0)
                        .topics());
            }
        } catch (SchemaException notOurs) {
            return null;
        }
        return topics;
    }
}
