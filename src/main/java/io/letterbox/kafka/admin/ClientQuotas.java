package io.letterbox.kafka.admin;

import io.letterbox.kafka.api.KafkaRequest;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.message.AlterClientQuotasRequestData;
import org.apache.kafka.common.message.AlterClientQuotasResponseData;
import org.apache.kafka.common.message.AlterClientQuotasResponseData.EntityData;
import org.apache.kafka.common.message.AlterClientQuotasResponseData.EntryData;
import org.apache.kafka.common.message.DescribeClientQuotasRequestData;
import org.apache.kafka.common.message.DescribeClientQuotasRequestData.ComponentData;
import org.apache.kafka.common.message.DescribeClientQuotasResponseData;
import org.apache.kafka.common.protocol.Errors;

/**
 * DescribeClientQuotas and AlterClientQuotas (KIP-546): there are no quotas, and none can be set, because the server
 * would not enforce them. Stateless.
 */
final class ClientQuotas {
    private static final Set<String> ENTITIES = Set.of("client-id", "user", "ip");
    private static final int LAST_MATCH_TYPE = 2;

    private ClientQuotas() {}

    static DescribeClientQuotasResponseData describe(KafkaRequest request) {
        DescribeClientQuotasResponseData response = new DescribeClientQuotasResponseData().setEntries(List.of());
        for (ComponentData component :
                request.body(DescribeClientQuotasRequestData.class).components()) {
            if (!ENTITIES.contains(component.entityType())) {
                return refused(Errors.UNSUPPORTED_VERSION, "The entities are client-id, user and ip.");
            }
            if (component.matchType() < 0 || component.matchType() > LAST_MATCH_TYPE) {
                return refused(Errors.INVALID_REQUEST, "There is no match type " + component.matchType() + ".");
            }
        }
        return response;
    }

    private static DescribeClientQuotasResponseData refused(Errors error, String why) {
        return new DescribeClientQuotasResponseData()
                .setErrorCode(error.code())
                .setErrorMessage(why)
                .setEntries(null);
    }

    static AlterClientQuotasResponseData alter(KafkaRequest request) {
        AlterClientQuotasResponseData response = new AlterClientQuotasResponseData();
        for (AlterClientQuotasRequestData.EntryData entry :
                request.body(AlterClientQuotasRequestData.class).entries()) {
            response.entries()
                    .add(new EntryData()
                            .setErrorCode(Errors.INVALID_REQUEST.code())
                            .setErrorMessage("Clients have no quotas here: nothing would hold them to what is set.")
                            .setEntity(entry.entity().stream()
                                    .map(part -> new EntityData()
                                            .setEntityType(part.entityType())
                                            .setEntityName(part.entityName()))
                                    .toList()));
        }
        return response;
    }
}
