package io.letterbox.cli;

import com.fasterxml.jackson.databind.JsonNode;

/** Lines in the form of one request, and what its answer says about them. */
interface LineBatch {
    /** With its question mark, or empty. */
    String query();

    String contentType();

    /** How many records there are. */
    int records();

    /** The whole body; nothing is added after it. */
    byte[] finish();

    /** How many records, from the first on, the answer acknowledges. */
    int acknowledged(JsonNode answer);

    /** Why the first record that is not acknowledged was refused. */
    String refusal(JsonNode answer);
}
