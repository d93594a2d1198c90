package io.letterbox.audit;

import io.letterbox.text.Printable;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The description of one change, which is shown as:
 *
 * <pre>
 * Topic payments changed (retention.ms: default → 3600000) by HTTP client 127.0.0.1 (curl/8.14.1)
 * └kind ┘ └name ┘└action┘ └details                      ┘    └actor                              ┘
 * </pre>
 *
 * A principal that is not anonymous follows the actor: {@code … (curl/8.14.1) as User:alice}. Texts from clients are
 * made printable and shortened. Immutable.
 *
 * @param kind the kind of object, such as {@code topic}
 * @param name the object's name
 * @param action what was done, as a participle
 * @param details the rest, in order
 */
public record Change(String kind, String name, String action, Map<String, String> details) {
    /** The longest name or value that is shown; Kafka's topics have 249 characters at the most. */
    static final int MAX_TEXT = 256;

    /** How many details are shown; further ones are counted. */
    static final int MAX_DETAILS = 24;

    public Change {
        Map<String, String> shown = new LinkedHashMap<>();
        details.forEach((key, value) -> {
            if (shown.size() < MAX_DETAILS) shown.put(clean(key), clean(value));
        });
        if (details.size() > shown.size()) shown.put("further", Integer.toString(details.size() - shown.size()));
        name = clean(name);
        details = shown;
    }

    /** The description of a changed value. */
    public static String moved(Object from, Object to) {
        return from + " → " + to;
    }

    String text(Actor by) {
        StringBuilder line = new StringBuilder(160);
        line.append(Character.toUpperCase(kind.charAt(0))).append(kind, 1, kind.length());
        if (!name.isEmpty()) line.append(' ').append(name);
        line.append(' ').append(action);
        String before = " (";
        for (Map.Entry<String, String> detail : details.entrySet()) {
            line.append(before).append(detail.getKey()).append(": ").append(detail.getValue());
            before = "; ";
        }
        if (!details.isEmpty()) line.append(')');
        append(line, by);
        return line.toString();
    }

    private static void append(StringBuilder line, Actor by) {
        line.append(" by ");
        if (by.isServer()) line.append("the server itself");
        else line.append(by.door()).append(" client ").append(clean(by.address()));
        if (by.client() != null && !by.client().isBlank())
            line.append(" (").append(clean(by.client())).append(')');
        if (by.isNamed()) line.append(" as ").append(clean(by.principal().toString()));
        if (by.why() != null) line.append(", ").append(by.why());
    }

    /** The parts of the line as fields, in order. */
    Map<String, String> fields(Actor by) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("kind", kind);
        if (!name.isEmpty()) fields.put("name", name);
        fields.put("action", action);
        fields.putAll(details);
        fields.put("door", by.isServer() ? "server" : by.door());
        if (!by.isServer()) fields.put("address", clean(by.address()));
        if (by.client() != null) fields.put("client", clean(by.client()));
        if (by.isNamed()) fields.put("principal", clean(by.principal().toString()));
        if (by.why() != null) fields.put("why", by.why());
        return fields;
    }

    private static String clean(String text) {
        int end = Math.min(text.length(), MAX_TEXT);
        // Does not cut a surrogate pair in two.
        if (end < text.length() && Character.isHighSurrogate(text.charAt(end - 1))) end--;
        return Printable.line(text.substring(0, end)) + (end < text.length() ? "…" : "");
    }
}
