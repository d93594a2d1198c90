package io.letterbox.kafka.admin;

import io.letterbox.config.LetterboxConfig;
import io.letterbox.ingress.DoorServices;
import io.letterbox.kafka.api.KafkaRequest;
import io.letterbox.metadata.Endpoint;
import io.letterbox.metadata.NodeImage;
import io.letterbox.metadata.SettingsOwner;
import io.letterbox.metadata.TopicConfigKey;
import io.letterbox.metadata.TopicImage;
import io.letterbox.record.TopicName;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.config.ConfigResource.Type;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.message.ListConfigResourcesRequestData;
import org.apache.kafka.common.message.ListConfigResourcesResponseData;
import org.apache.kafka.common.message.ListConfigResourcesResponseData.ConfigResource;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;

/** DescribeConfigs and ListConfigResources. Owned by one event loop. */
final class Settings {
    private static final List<Byte> LISTED = List.of(
            Type.TOPIC.id(), Type.BROKER.id(), Type.BROKER_LOGGER.id(), Type.CLIENT_METRICS.id(), Type.GROUP.id());

    private final DoorServices backend;

    Settings(DoorServices backend) {
        this.backend = backend;
    }

    DescribeConfigsResponseData describe(KafkaRequest request) {
        DescribeConfigsRequestData data = request.body(DescribeConfigsRequestData.class);
        DescribeConfigsResponseData response = new DescribeConfigsResponseData();
        Set<ConfigResource> met = new HashSet<>();
        for (DescribeConfigsResource resource : data.resources()) {
            // A few bytes of a name produce kilobytes of settings, so a resource that is named twice is described once.
            if (!met.add(resource(Type.forId(resource.resourceType()), resource.resourceName()))) continue;
            DescribeConfigsResult result = new DescribeConfigsResult()
                    .setResourceType(resource.resourceType())
                    .setResourceName(resource.resourceName());
            try {
                List<DescribeConfigsResourceResult> all =
                        all(resource, data.includeSynonyms(), data.includeDocumentation());
                List<String> wanted = resource.configurationKeys();
                boolean some = wanted != null && !wanted.isEmpty();
                result.setConfigs(
                        !some
                                ? all
                                : all.stream()
                                        .filter(config -> wanted.contains(config.name()))
                                        .collect(Collectors.toList()));
            } catch (RuntimeException refusal) {
                ApiError error = AdminErrors.of(refusal);
                result.setErrorCode(error.error().code()).setErrorMessage(error.messageWithFallback());
            }
            response.results().add(result);
        }
        return response;
    }

    private List<DescribeConfigsResourceResult> all(
            DescribeConfigsResource resource, boolean synonyms, boolean documentation) {
        String name = resource.resourceName();
        switch (Type.forId(resource.resourceType())) {
            case TOPIC:
                return ofTopic(name, synonyms, documentation);
            case BROKER:
                if (name.isEmpty()) return NodeSettings.describeAllNodes(server(), synonyms, documentation);
                requireThisNode(name);
                return NodeSettings.describe(backend.config(), server(), advertised(), synonyms, documentation);
            case BROKER_LOGGER:
                requireThisNode(name);
                return List.of();
            case CLIENT_METRICS:
                if (name.isEmpty()) throw new InvalidRequestException("The resource has no name.");
                return List.of();
            case GROUP:
                if (name.isEmpty()) throw new InvalidRequestException("The group has no name.");
                return GroupSettings.describe(
                        backend.metadata().image().settings(SettingsOwner.group(name)),
                        backend.config().groups(),
                        synonyms,
                        documentation);
            default:
                throw new InvalidRequestException(
                        "There are no settings of resources of type " + resource.resourceType() + ".");
        }
    }

    private List<DescribeConfigsResourceResult> ofTopic(String name, boolean synonyms, boolean documentation) {
        TopicName.check(name);
        TopicImage topic = backend.metadata().image().topics().get(name);
        if (topic == null) throw new UnknownTopicOrPartitionException("There is no topic " + name + ".");
        ServerValues server = server();
        return Stream.of(TopicConfigKey.values())
                .map(key -> TopicSettings.describe(topic.config(), server, key, synonyms, documentation))
                .collect(Collectors.toList());
    }

    private ServerValues server() {
        return ServerValues.of(backend.metadata().image(), backend.config());
    }

    private void requireThisNode(String name) {
        LetterboxConfig config = backend.config();
        if (name.equals(Integer.toString(config.node().id()))) return;
        throw new InvalidRequestException(
                "This node's number is " + config.node().id() + "; it does not know the settings of another one.");
    }

    private Endpoint advertised() {
        NodeImage node =
                backend.metadata().image().nodes().get(backend.config().node().id());
        return node == null ? Endpoint.NONE : node.kafka();
    }

    /** The resources that have settings (KIP-1142); version 0 asks for those of client metrics, and there are none. */
    ListConfigResourcesResponseData list(KafkaRequest request) {
        ListConfigResourcesRequestData data = request.body(ListConfigResourcesRequestData.class);
        ListConfigResourcesResponseData response = new ListConfigResourcesResponseData();
        if (request.version() == 0) return response;
        List<Byte> types = data.resourceTypes().isEmpty() ? LISTED : data.resourceTypes();
        if (!LISTED.containsAll(types)) {
            return response.setErrorCode(Errors.UNSUPPORTED_VERSION.code());
        }
        List<ConfigResource> found = new ArrayList<>();
        if (types.contains(Type.TOPIC.id())) {
            backend.metadata().image().topics().keySet().forEach(name -> found.add(resource(Type.TOPIC, name)));
        }
        if (types.contains(Type.GROUP.id())) {
            for (SettingsOwner owner : backend.metadata().image().settings().keySet()) {
                boolean ofGroup = owner.kind() == SettingsOwner.Kind.GROUP;
                if (ofGroup) found.add(resource(Type.GROUP, owner.name()));
            }
        }
        for (Type ofNodes : List.of(Type.BROKER, Type.BROKER_LOGGER)) {
            if (!types.contains(ofNodes.id())) continue;
            backend.metadata().image().nodes().keySet().forEach(id -> found.add(resource(ofNodes, id.toString())));
        }
        return response.setConfigResources(found);
    }

    private static ConfigResource resource(Type type, String name) {
        return new ConfigResource().setResourceType(type.id()).setResourceName(name);
    }
}
