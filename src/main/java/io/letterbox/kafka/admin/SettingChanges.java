package io.letterbox.kafka.admin;

import io.letterbox.audit.Actor;
import io.letterbox.kafka.api.KafkaRequest;
import io.letterbox.metadata.TopicConfigKey;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.config.ConfigResource.Type;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterConfigsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.requests.ApiError;

/**
 * IncrementalAlterConfigs (KIP-339), which changes the settings that it names, and AlterConfigs, which replaces all of
 * them. Each resource is changed as a whole or not at all. The settings of nodes are the defaults of topics. Owned by
 * one event loop.
 */
final class SettingChanges {
    private final Proposals proposals;

    SettingChanges(Proposals proposals) {
        this.proposals = proposals;
    }

    /** The change of one resource, not yet checked against the table of settings. */
    private interface ResourceChange {
        SettingsDiff of(SettingsTarget target);
    }

    /** The settings that a resource is to have set and unset. */
    private record SettingsDiff(Map<String, String> set, Set<String> unset) {
        boolean isNothing() {
            return set.isEmpty() && unset.isEmpty();
        }
    }

    Future<IncrementalAlterConfigsResponseData> alterSome(KafkaRequest request) {
        IncrementalAlterConfigsRequestData data = request.body(IncrementalAlterConfigsRequestData.class);
        IncrementalAlterConfigsResponseData response = new IncrementalAlterConfigsResponseData();
        List<Future<?>> changes = new ArrayList<>();
        Set<String> met = new HashSet<>();
        for (AlterConfigsResource resource : data.resources()) {
            var result = new IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse()
                    .setResourceType(resource.resourceType())
                    .setResourceName(resource.resourceName());
            response.responses().add(result);
            boolean first = met.add(resource.resourceType() + resource.resourceName());
            changes.add(change(
                            Type.forId(resource.resourceType()),
                            resource.resourceName(),
                            first,
                            target -> some(target, resource),
                            data.validateOnly() ? null : request.actor())
                    .onSuccess(
                            error -> result.setErrorCode(error.error().code()).setErrorMessage(message(error))));
        }
        return Future.join(changes).map(response);
    }

    Future<AlterConfigsResponseData> alterAll(KafkaRequest request) {
        AlterConfigsRequestData data = request.body(AlterConfigsRequestData.class);
        AlterConfigsResponseData response = new AlterConfigsResponseData();
        List<Future<?>> changes = new ArrayList<>();
        Set<String> met = new HashSet<>();
        for (AlterConfigsRequestData.AlterConfigsResource resource : data.resources()) {
            var result = new AlterConfigsResponseData.AlterConfigsResourceResponse()
                    .setResourceType(resource.resourceType())
                    .setResourceName(resource.resourceName());
            response.responses().add(result);
            boolean first = met.add(resource.resourceType() + resource.resourceName());
            changes.add(change(
                            Type.forId(resource.resourceType()),
                            resource.resourceName(),
                            first,
                            target -> all(target, resource),
                            data.validateOnly() ? null : request.actor())
                    .onSuccess(
                            error -> result.setErrorCode(error.error().code()).setErrorMessage(message(error))));
        }
        return Future.join(changes).map(response);
    }

    private static String message(ApiError error) {
        return error.isFailure() ? error.messageWithFallback() : null;
    }

    /** @param by the client; null if the change is only validated */
    private Future<ApiError> change(Type type, String name, boolean first, ResourceChange change, Actor by) {
        try {
            if (!first) throw new InvalidRequestException("The request has this resource more than once.");
            SettingsTarget target = SettingsTarget.of(type, name, proposals.image(), proposals.config());
            SettingsDiff wanted = change.of(target);
            if (wanted.isNothing()) return Future.succeededFuture(ApiError.NONE);
            return proposals.propose(target.command(wanted.set(), wanted.unset()), by, by == null);
        } catch (RuntimeException refusal) {
            return Future.succeededFuture(AdminErrors.of(refusal));
        }
    }

    private static SettingsDiff some(SettingsTarget target, AlterConfigsResource resource) {
        Map<String, String> set = new TreeMap<>();
        Set<String> unset = new HashSet<>();
        Set<String> met = new HashSet<>();
        for (AlterableConfig config : resource.configs()) {
            String name = config.name();
            if (!met.add(name))
                throw new InvalidRequestException("The setting " + name + " is changed more than once.");
            OpType operation = OpType.forId(config.configOperation());
            if (operation == null) {
                throw new InvalidRequestException(
                        "There is no operation " + config.configOperation() + " on a setting.");
            }
            if (operation == OpType.DELETE) {
                // A setting that does not exist is already unset.
                if (target.own(name) != null) unset.add(target.own(name));
                continue;
            }
            if (config.value() == null) throw new InvalidRequestException("The setting " + name + " gets no value.");
            String own = target.require(name);
            set.put(own, operation == OpType.SET ? config.value() : list(target, operation, own, config.value()));
        }
        return new SettingsDiff(set, unset);
    }

    /** The new value of a list setting; a list that is not set starts from the value in force. */
    private static String list(SettingsTarget target, OpType operation, String name, String words) {
        TopicConfigKey key = TopicConfigKey.of(name).orElse(null);
        if (key == null || !key.isList()) {
            throw new InvalidConfigurationException(
                    name + " is not a list, so nothing can be appended to it or subtracted from it.");
        }
        List<String> parts = new ArrayList<>();
        String current = target.inForce(key);
        if (!current.isEmpty()) parts.addAll(Arrays.asList(current.split(",")));
        for (String word : words.split(",")) {
            String part = word.trim();
            if (operation == OpType.SUBTRACT) parts.remove(part);
            else if (!parts.contains(part)) parts.add(part);
        }
        return String.join(",", parts);
    }

    private static SettingsDiff all(SettingsTarget target, AlterConfigsRequestData.AlterConfigsResource resource) {
        Map<String, String> set = new TreeMap<>();
        for (AlterConfigsRequestData.AlterableConfig config : resource.configs()) {
            if (config.value() == null) {
                throw new InvalidRequestException("The setting " + config.name() + " gets no value.");
            }
            set.put(target.require(config.name()), config.value());
        }
        Set<String> unset = new HashSet<>(target.settings().keySet());
        unset.removeAll(set.keySet());
        return new SettingsDiff(set, unset);
    }
}
