package io.letterbox.it.kafka;

import java.util.regex.Pattern;

/**
 * An allowed difference from Apache Kafka's response.
 *
 * @param question matches the API and the question
 * @param path matches the field within the response
 * @param reason why the difference is right
 */
record PeerDifference(Pattern question, Pattern path, String reason) {
    PeerDifference(String question, String path, String reason) {
        this(Pattern.compile(question), Pattern.compile(path), reason);
    }

    boolean covers(String asked, String field) {
        return question.matcher(asked).matches() && path.matcher(field).matches();
    }
}
