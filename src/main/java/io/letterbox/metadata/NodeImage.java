package io.letterbox.metadata;

/**
 * One node of the cluster.
 *
 * @param id the node's number, from {@code node.id}
 * @param http the endpoint of its HTTP door
 * @param kafka the advertised endpoint of its Kafka door; {@link Endpoint#NONE} if it has none
 * @param fenced true while the node may not lead
 * @param epoch the version of the image in which the node registered at its last start, so each start has a greater
 *     one; 0 if an older server wrote the image
 * @param member what only other nodes ask for
 */
public record NodeImage(int id, Endpoint http, Endpoint kafka, boolean fenced, long epoch, MemberImage member) {
    /** The node of a server that stands alone. */
    public NodeImage(int id, Endpoint http, Endpoint kafka, boolean fenced, long epoch) {
        this(id, http, kafka, fenced, epoch, MemberImage.ALONE);
    }

    /** This node while it may not lead. */
    NodeImage asFenced() {
        return new NodeImage(id, http, kafka, true, epoch, member);
    }

    /** The replicas of this node. */
    public ReplicaId replica() {
        return new ReplicaId(id, member.directory());
    }
}
