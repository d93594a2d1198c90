package io.letterbox.it.kafka;

import java.util.regex.Pattern;

/**
 * Where an answer may differ from Apache Kafka's.
 *
 * @param question matches the API and the question
 * @param path matches the field within the answer
 * @param reason why it is right that it differs
 */
record PeerDifference(Pattern question, Pattern path, String reason) {
    PeerDifference(String question, String path, String reason) {
        this(Pattern.compile(question), Pattern.compile(path), reason);
    }

    boolean covers(String asked, String field) {
        return question.matcher(asked).matches() && path.matcher(field).matches();
    }
}
