package io.letterbox.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** The formats in which {@code tail} writes a record: one line each, whatever the record contains. */
enum RecordFormat {
    /** The value's bytes as they were published; a null value is an empty line. */
    VALUE {
        @Override
        byte[] line(String envelope) throws IOException {
            String value = null;
            boolean base64 = false;
            try (JsonParser parser = JSON.createParser(envelope)) {
                parser.nextToken();
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String field = parser.currentName();
                    parser.nextToken();
                    if (field.equals("value")) {
                        value = parser.currentToken() == JsonToken.VALUE_NULL ? null : parser.getText();
                    } else if (field.equals("valueEncoding")) {
                        base64 = parser.getText().equals("base64");
                    } else {
                        parser.skipChildren();
                    }
                }
            }
            if (value == null) {
                return new byte[0];
            }
            return base64 ? Base64.getDecoder().decode(value) : value.getBytes(StandardCharsets.UTF_8);
        }
    },

    /** The whole record as the server gives it: topic, partition, offset, timestamp, key, headers, value. */
    ENVELOPE {
        @Override
        byte[] line(String envelope) {
            return envelope.getBytes(StandardCharsets.UTF_8);
        }
    },

    /** As ENVELOPE, but a value that is itself JSON becomes part of the object, for tools such as jq. */
    JSON_VALUE {
        @Override
        byte[] line(String envelope) throws IOException {
            JsonNode record = ServerClient.JSON.readTree(envelope);
            JsonNode value = record.path("value");
            if (record instanceof ObjectNode && value.isTextual() && !record.has("valueEncoding")) {
                JsonNode inner = parsed(value.textValue());
                if (inner != null) {
                    ((ObjectNode) record).set("value", inner);
                }
            }
            return ServerClient.JSON.writeValueAsBytes(record);
        }

        private JsonNode parsed(String text) {
            try (JsonParser parser = ServerClient.JSON.createParser(text)) {
                JsonNode node = parser.readValueAsTree();
                return parser.nextToken() == null ? node : null;
            } catch (IOException e) {
                return null;
            }
        }
    };

    private static final JsonFactory JSON = new JsonFactory();

    /**
     * The line of one record, without the line end.
     *
     * @param envelope the record as JSON, as streams give it with {@code format=envelope}
     */
    abstract byte[] line(String envelope) throws IOException;

    /** The format with a name, as given in an option. */
    static RecordFormat named(String name) {
        switch (name) {
            case "value":
                return VALUE;
            case "envelope":
                return ENVELOPE;
            case "json":
                return JSON_VALUE;
            default:
                throw new Failure(
                        ExitCode.USAGE, "--format is \"" + name + "\"; allowed is one of value, envelope, json");
        }
    }
}
