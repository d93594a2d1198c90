package io.letterbox.groups;

import java.util.Locale;

/** The types of groups, as ListGroups names them (KIP-848). */
public enum GroupType {
    CLASSIC("classic"),
    CONSUMER("consumer");

    private final String text;

    GroupType(String text) {
        this.text = text;
    }

    /** In the protocol's spelling. */
    public String text() {
        return text;
    }

    /** Whether a filter of ListGroups means this type; case does not matter. */
    public boolean isNamed(String filter) {
        return text.equals(filter.toLowerCase(Locale.ROOT));
    }
}
