package io.letterbox.kafka;

import io.letterbox.kafka.api.ApiSupport;
import java.util.Collection;
import java.util.regex.Pattern;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.message.ApiVersionsResponseData.FinalizedFeatureKey;
import org.apache.kafka.common.message.ApiVersionsResponseData.SupportedFeatureKey;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * ApiVersions (KIP-35, KIP-511, KIP-584): advertises the API table as it is, and nothing that is not in it. Stateless.
 */
final class ApiVersionsApi {
    static final short MIN_VERSION = 0;
    static final short MAX_VERSION = 4;

    private static final short FIRST_WITH_SOFTWARE = 3;
    private static final short FIRST_WITH_LEVEL_ZERO = 4;

    /** The software names and versions that KIP-511 allows. */
    private static final Pattern SOFTWARE = Pattern.compile("[a-zA-Z0-9](?:[a-zA-Z0-9\\-.]*[a-zA-Z0-9])?");

    /** The longest software name that is accepted; matching longer ones would also take long. */
    private static final int MAX_SOFTWARE_LENGTH = 255;

    /** The level of the feature group.version that announces the consumer group protocol of KIP-848. */
    private static final short GROUP_VERSION = 1;

    /** The level of the feature transaction.version that announces an epoch for each transaction (KIP-890). */
    private static final short TRANSACTION_VERSION = 2;

    /** The first version in which EndTxn answers with the next epoch (KIP-890). */
    private static final short END_TXN_WITH_EPOCH = 5;

    private ApiVersionsApi() {}

    static ApiSupport support(ApiTable table) {
        return ApiSupport.answering(
                ApiKeys.API_VERSIONS,
                MIN_VERSION,
                MAX_VERSION,
                request -> answer(table, request.version(), request.body(ApiVersionsRequestData.class)));
    }

    private static ApiVersionsResponseData answer(ApiTable table, short version, ApiVersionsRequestData request) {
        ApiVersionsResponseData response = new ApiVersionsResponseData();
        if (version >= FIRST_WITH_SOFTWARE && !isSoftware(request)) {
            return response.setErrorCode(Errors.INVALID_REQUEST.code());
        }
        addVersions(response, table.all());
        if (supports(table, ApiKeys.CONSUMER_GROUP_HEARTBEAT, (short) 0)) {
            addFeature(response, version, "group.version", GROUP_VERSION);
        }
        if (supports(table, ApiKeys.END_TXN, END_TXN_WITH_EPOCH)) {
            addFeature(response, version, "transaction.version", TRANSACTION_VERSION);
        }
        return response.setFinalizedFeaturesEpoch(0);
    }

    /** The response to an unsupported version of ApiVersions: the supported ones, in the layout of version 0. */
    static ApiVersionsResponseData versionRefusal() {
        ApiVersionsResponseData response =
                new ApiVersionsResponseData().setErrorCode(Errors.UNSUPPORTED_VERSION.code());
        response.apiKeys().add(range(ApiKeys.API_VERSIONS, MIN_VERSION, MAX_VERSION));
        return response;
    }

    /** Whether the client's software name and version are as KIP-511 allows. */
    static boolean isSoftware(ApiVersionsRequestData request) {
        return isSoftware(request.clientSoftwareName()) && isSoftware(request.clientSoftwareVersion());
    }

    private static boolean isSoftware(String text) {
        return text.length() <= MAX_SOFTWARE_LENGTH && SOFTWARE.matcher(text).matches();
    }

    private static void addVersions(ApiVersionsResponseData response, Collection<ApiSupport> served) {
        for (ApiSupport support : served) {
            // librdkafka turns compression off if the advertised versions of Produce do not begin at 0 (KIP-896).
            short min = support.key() == ApiKeys.PRODUCE
                    ? ApiKeys.PRODUCE_API_VERSIONS_RESPONSE_MIN_VERSION
                    : support.minVersion();
            response.apiKeys().add(range(support.key(), min, support.maxVersion()));
        }
    }

    private static ApiVersion range(ApiKeys key, short min, short max) {
        return new ApiVersion().setApiKey(key.id).setMinVersion(min).setMaxVersion(max);
    }

    private static boolean supports(ApiTable table, ApiKeys key, short version) {
        ApiSupport support = table.find(key);
        return support != null && support.serves(version);
    }

    private static void addFeature(ApiVersionsResponseData response, short version, String name, short level) {
        // Clients before version 4 reject a range that begins at 0 (KIP-584).
        short min = (short) (version < FIRST_WITH_LEVEL_ZERO ? 1 : 0);
        response.supportedFeatures()
                .add(new SupportedFeatureKey().setName(name).setMinVersion(min).setMaxVersion(level));
        response.finalizedFeatures()
                .add(new FinalizedFeatureKey()
                        .setName(name)
                        .setMinVersionLevel(level)
                        .setMaxVersionLevel(level));
    }
}
