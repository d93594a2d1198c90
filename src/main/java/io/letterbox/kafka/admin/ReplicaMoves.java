package io.letterbox.kafka.admin;

import io.letterbox.ingress.DoorServices;
import io.letterbox.kafka.api.KafkaRequest;
import io.letterbox.metadata.PartitionImage;
import io.letterbox.metadata.TopicImage;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignablePartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignableTopic;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData.ReassignablePartitionResponse;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData.ReassignableTopicResponse;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData.AlterReplicaLogDir;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData.AlterReplicaLogDirTopic;
import org.apache.kafka.common.message.AlterReplicaLogDirsResponseData;
import org.apache.kafka.common.message.AlterReplicaLogDirsResponseData.AlterReplicaLogDirPartitionResult;
import org.apache.kafka.common.message.AlterReplicaLogDirsResponseData.AlterReplicaLogDirTopicResult;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData;
import org.apache.kafka.common.protocol.Errors;

/**
 * AlterPartitionReassignments and ListPartitionReassignments (KIP-455) and AlterReplicaLogDirs (KIP-113): replicas stay
 * where the server placed them, so a request names either the present placement or an impossible one, and no
 * reassignment is ever in progress. Owned by one event loop.
 */
final class ReplicaMoves {
    private final DoorServices backend;
    private final Path directory;

    ReplicaMoves(DoorServices backend) {
        this.backend = backend;
        this.directory = backend.config().node().dataDir().toAbsolutePath().normalize();
    }

    ListPartitionReassignmentsResponseData list(KafkaRequest request) {
        return new ListPartitionReassignmentsResponseData().setErrorMessage(null);
    }

    AlterPartitionReassignmentsResponseData reassign(KafkaRequest request) {
        AlterPartitionReassignmentsRequestData data = request.body(AlterPartitionReassignmentsRequestData.class);
        AlterPartitionReassignmentsResponseData response = new AlterPartitionReassignmentsResponseData()
                .setErrorMessage(null)
                .setAllowReplicationFactorChange(data.allowReplicationFactorChange());
        for (ReassignableTopic topic : data.topics()) {
            ReassignableTopicResponse result = new ReassignableTopicResponse().setName(topic.name());
            for (ReassignablePartition wanted : topic.partitions()) {
                Refusal refusal = refusal(image(topic.name(), wanted.partitionIndex()), wanted.replicas());
                result.partitions()
                        .add(new ReassignablePartitionResponse()
                                .setPartitionIndex(wanted.partitionIndex())
                                .setErrorCode(refusal.error.code())
                                .setErrorMessage(refusal.why));
            }
            response.responses().add(result);
        }
        return response;
    }

    private record Refusal(Errors error, String why) {}

    private Refusal refusal(PartitionImage partition, List<Integer> wanted) {
        if (partition == null) return new Refusal(Errors.UNKNOWN_TOPIC_OR_PARTITION, "There is no such partition.");
        if (wanted == null) {
            return new Refusal(Errors.NO_REASSIGNMENT_IN_PROGRESS, "No replica of the partition is on its way.");
        }
        boolean same = wanted.size() == partition.replicas().size()
                && new HashSet<>(wanted).equals(new HashSet<>(partition.replicas()));
        if (same) return new Refusal(Errors.NONE, null);
        return new Refusal(
                Errors.INVALID_REPLICA_ASSIGNMENT,
                "The server places replicas itself: the partition belongs on " + partition.replicas() + " and not on "
                        + wanted + ".");
    }

    AlterReplicaLogDirsResponseData move(KafkaRequest request) {
        AlterReplicaLogDirsResponseData response = new AlterReplicaLogDirsResponseData();
        for (AlterReplicaLogDir dir :
                request.body(AlterReplicaLogDirsRequestData.class).dirs()) {
            boolean here = isHere(dir.path());
            for (AlterReplicaLogDirTopic topic : dir.topics()) {
                AlterReplicaLogDirTopicResult result = new AlterReplicaLogDirTopicResult().setTopicName(topic.name());
                for (int number : topic.partitions()) {
                    Errors error = !here
                            ? Errors.LOG_DIR_NOT_FOUND
                            : image(topic.name(), number) == null ? Errors.REPLICA_NOT_AVAILABLE : Errors.NONE;
                    result.partitions()
                            .add(new AlterReplicaLogDirPartitionResult()
                                    .setPartitionIndex(number)
                                    .setErrorCode(error.code()));
                }
                response.results().add(result);
            }
        }
        return response;
    }

    private boolean isHere(String path) {
        try {
            return Path.of(path).normalize().equals(directory);
        } catch (InvalidPathException impossible) {
            return false;
        }
    }

    private PartitionImage image(String topicName, int number) {
        TopicImage topic = backend.metadata().image().topics().get(topicName);
        boolean exists =
                topic != null && number >= 0 && number < topic.partitions().size();
        return exists ? topic.partitions().get(number) : null;
    }
}
