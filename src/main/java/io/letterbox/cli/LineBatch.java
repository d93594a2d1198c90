package io.letterbox.cli;

import com.fasterxml.jackson.databind.JsonNode;

/** Lines in the form of one request, and the interpretation of its answer. */
interface LineBatch {
    /** The query string, including its question mark; may be empty. */
    String query();

    String contentType();

    /** The number of records. */
    int records();

    /** The whole body; nothing may be added afterwards. */
    byte[] finish();

    /** How many records, from the first on, the answer acknowledges. */
    int acknowledged(JsonNode answer);

    /** Why the first record that is not acknowledged was refused. */
    String refusal(JsonNode answer);
}
