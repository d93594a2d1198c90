package io.letterbox.files;

import io.letterbox.error.ApiException;
import io.letterbox.http.Percent;
import java.util.ArrayList;
import java.util.List;

/**
 * The path of a URL below a directory. A name that is hidden (begins with a dot), is empty, or contains a separator or
 * a control character after decoding, matches no file.
 *
 * @param names of the directories and the file, from the top; decoded
 * @param directory whether the path ends with a slash, and so means a directory
 */
record FilePath(List<String> names, boolean directory) {
    /**
     * Parses a path.
     *
     * @param path percent-encoded (RFC 3986, section 2.1), without its first slash; empty for the top directory
     * @return null if no file can have the path
     * @throws ApiException INVALID_REQUEST for broken percent sequences
     */
    static FilePath of(String path) {
        List<String> names = new ArrayList<>();
        int from = 0;
        while (from < path.length()) {
            int slash = path.indexOf('/', from);
            int to = slash < 0 ? path.length() : slash;
            String name = Percent.decodePath(path.substring(from, to));
            if (!isPlain(name)) return null;
            names.add(name);
            from = to + 1;
        }
        return new FilePath(List.copyOf(names), path.isEmpty() || path.endsWith("/"));
    }

    private static boolean isPlain(String name) {
        if (name.isEmpty() || name.charAt(0) == '.') return false;
        return name.chars().noneMatch(c -> c == '/' || c == '\\' || Character.isISOControl(c));
    }
}
