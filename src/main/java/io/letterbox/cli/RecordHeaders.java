package io.letterbox.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The record headers of the command line, as the server takes them: in headers of the request. */
final class RecordHeaders {
    /** The prefix of a record header's name in the request (see publishing in the OpenAPI description). */
    static final String PREFIX = "Letterbox-Header-";

    /** A token (RFC 9110, section 5.6.2). */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");

    /** The values that a header can carry unchanged (RFC 9110, section 5.5). */
    private static final Pattern VALUE = Pattern.compile("|[!-~]([\\t -~]*[!-~])?");

    private RecordHeaders() {}

    /**
     * Parses {@code name=value} each.
     *
     * @throws Failure if an entry is not of that form, or cannot be a header
     */
    static Map<String, String> of(List<String> written) {
        Map<String, String> headers = new LinkedHashMap<>();
        for (String each : written) {
            int equals = each.indexOf('=');
            String name = equals < 0 ? "" : each.substring(0, equals);
            String value = each.substring(equals + 1);
            if (!NAME.matcher(name).matches()) {
                throw invalidHeader(each, "expected name=value, with a name of letters, digits, hyphens and the like");
            }
            if (!VALUE.matcher(value).matches()) {
                throw invalidHeader(each, "a value has printable ASCII characters, and no spaces at its ends");
            }
            if (headers.keySet().stream().anyMatch(name::equalsIgnoreCase)) {
                throw invalidHeader(
                        each, "there is a header of that name already, and names do not differ by capitals");
            }
            headers.put(name, value);
        }
        return headers;
    }

    private static Failure invalidHeader(String written, String why) {
        return new Failure(ExitCode.USAGE, "--header " + written + ": " + why);
    }
}
