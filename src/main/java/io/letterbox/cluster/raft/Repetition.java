package io.letterbox.cluster.raft;

import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.Command;
import io.letterbox.metadata.TopicImage;

/**
 * Commands whose outcome nobody knows, because the controller went away with them: most can be proposed once more, and
 * a refusal then means that the first time was good where the image is as the command wanted it. Pure.
 */
final class Repetition {
    private Repetition() {}

    /** Whether a command does no more when it is carried out twice than once, apart from a refusal. */
    static boolean isHarmless(Command command) {
        return !(command instanceof Command.CreateReplicatedShards);
    }

    /** Whether an image is as the command wanted it. */
    static boolean isDone(Command command, ClusterImage image) {
        if (command instanceof Command.CreateTopic create) {
            TopicImage topic = image.topics().get(create.name());
            return topic != null && topic.id().equals(create.id());
        }
        if (command instanceof Command.AddPartitions add) {
            TopicImage topic = image.topics().get(add.name());
            return topic != null && topic.partitions().size() == add.total();
        }
        if (command instanceof Command.DeleteTopic delete)
            return !image.topics().containsKey(delete.name());
        return false;
    }
}
