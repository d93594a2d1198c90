package io.letterbox.kafka.admin;

import io.letterbox.kafka.api.KafkaRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData.ScramCredentialDeletion;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData.ScramCredentialUpsertion;
import org.apache.kafka.common.message.AlterUserScramCredentialsResponseData;
import org.apache.kafka.common.message.AlterUserScramCredentialsResponseData.AlterUserScramCredentialsResult;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData.UserName;
import org.apache.kafka.common.message.DescribeUserScramCredentialsResponseData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsResponseData.DescribeUserScramCredentialsResult;
import org.apache.kafka.common.protocol.Errors;

/**
 * DescribeUserScramCredentials and AlterUserScramCredentials (KIP-554) without authentication: there are no users.
 * Stateless.
 */
final class ScramUsers {
    private ScramUsers() {}

    static DescribeUserScramCredentialsResponseData describe(KafkaRequest request) {
        List<UserName> users =
                request.body(DescribeUserScramCredentialsRequestData.class).users();
        Map<String, DescribeUserScramCredentialsResult> results = new LinkedHashMap<>();
        for (UserName user : users == null ? List.<UserName>of() : users) {
            boolean first = results.put(user.name(), unknown(user.name())) == null;
            if (first) continue;
            results.get(user.name())
                    .setErrorCode(Errors.DUPLICATE_RESOURCE.code())
                    .setErrorMessage("The request has the user " + user.name() + " more than once.");
        }
        return new DescribeUserScramCredentialsResponseData().setResults(new ArrayList<>(results.values()));
    }

    private static DescribeUserScramCredentialsResult unknown(String user) {
        return new DescribeUserScramCredentialsResult()
                .setUser(user)
                .setErrorCode(Errors.RESOURCE_NOT_FOUND.code())
                .setErrorMessage("There is no user " + user + ".");
    }

    static AlterUserScramCredentialsResponseData alter(KafkaRequest request) {
        AlterUserScramCredentialsRequestData data = request.body(AlterUserScramCredentialsRequestData.class);
        AlterUserScramCredentialsResponseData response = new AlterUserScramCredentialsResponseData();
        for (ScramCredentialUpsertion upsertion : data.upsertions()) {
            response.results()
                    .add(refused(
                            upsertion.name(),
                            Errors.UNSUPPORTED_SASL_MECHANISM,
                            "Nobody authenticates here, so a password would protect nothing."));
        }
        for (ScramCredentialDeletion deletion : data.deletions()) {
            response.results()
                    .add(refused(
                            deletion.name(),
                            Errors.RESOURCE_NOT_FOUND,
                            "The user " + deletion.name() + " has no such credential."));
        }
        return response;
    }

    private static AlterUserScramCredentialsResult refused(String user, Errors error, String why) {
        return new AlterUserScramCredentialsResult()
                .setUser(user)
                .setErrorCode(error.code())
                .setErrorMessage(why);
    }
}
