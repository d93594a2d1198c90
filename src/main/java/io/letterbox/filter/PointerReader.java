package io.letterbox.filter;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.letterbox.filter.Operand.Pointer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds the value at a JSON pointer (RFC 6901). The document is read as a stream, so other values take no memory, and
 * to its end, so that only valid JSON has values. If an object has a name twice, the last one counts, as in ECMAScript.
 */
final class PointerReader {
    /** Names are not interned, because the number of different names in records is unbounded. */
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(1_000)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private PointerReader() {}

    /**
     * The value at a pointer: {@link Value#ABSENT} if there is none, {@link Value#NO_JSON} if the bytes are no JSON
     * document.
     */
    static Value find(Pointer pointer, byte[] document, int offset, int length) {
        try (JsonParser parser = FACTORY.createParser(document, offset, length)) {
            if (parser.nextToken() == null) return Value.NO_JSON;
            Value found = at(parser, pointer.tokens(), 0);
            return parser.nextToken() == null ? found : Value.NO_JSON;
        } catch (IOException | IllegalStateException notJson) {
            // Jackson throws IllegalStateException for too many names with equal hashes.
            return Value.NO_JSON;
        }
    }

    /** Reads the value that begins at the parser's token, to its end. */
    private static Value at(JsonParser parser, List<String> tokens, int depth) throws IOException {
        if (depth == tokens.size()) return value(parser);
        String token = tokens.get(depth);
        Value found = Value.ABSENT;
        if (parser.currentToken() == JsonToken.START_OBJECT) {
            while (next(parser) != JsonToken.END_OBJECT) {
                boolean wanted = parser.currentName().equals(token);
                next(parser);
                if (wanted) found = at(parser, tokens, depth + 1);
                else parser.skipChildren();
            }
        } else if (parser.currentToken() == JsonToken.START_ARRAY) {
            for (int index = 0; next(parser) != JsonToken.END_ARRAY; index++) {
                if (token.equals(Integer.toString(index))) found = at(parser, tokens, depth + 1);
                else parser.skipChildren();
            }
        }
        return found;
    }

    private static Value value(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) return single(parser);
        List<Value> elements = new ArrayList<>();
        while (next(parser) != JsonToken.END_ARRAY) elements.add(single(parser));
        return new Value.Array(elements);
    }

    private static Value single(JsonParser parser) throws IOException {
        switch (parser.currentToken()) {
            case VALUE_STRING:
                return new Value.Text(parser.getText());
            case VALUE_NUMBER_INT:
            case VALUE_NUMBER_FLOAT:
                return Value.number(parser.getText());
            case VALUE_TRUE:
                return Value.TRUE;
            case VALUE_FALSE:
                return Value.FALSE;
            case VALUE_NULL:
                return Value.NULL;
            default:
                parser.skipChildren();
                return Value.OTHER;
        }
    }

    /** The next token within a value, where the document may not end. */
    private static JsonToken next(JsonParser parser) throws IOException {
        JsonToken token = parser.nextToken();
        if (token == null) throw new IOException("the document ends within a value");
        return token;
    }
}
