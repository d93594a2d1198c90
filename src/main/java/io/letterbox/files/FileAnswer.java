package io.letterbox.files;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The part of a file that a request gets, by preconditions (RFC 9110, section 13) and ranges (section 14). */
sealed interface FileAnswer {
    /** The client's copy is current. */
    record NotModified() implements FileAnswer {}

    /**
     * Bytes of the file.
     *
     * @param from the first byte
     * @param to behind the last byte
     * @param whole whether that is the whole file, because no range was requested or the range is to be ignored
     */
    record Bytes(long from, long to, boolean whole) implements FileAnswer {}

    /** The range lies outside of the file. */
    record OutOfRange() implements FileAnswer {}

    /**
     * The request headers that matter; each may be null.
     *
     * @param ifNoneMatch entity tags of the client's copies
     * @param ifModifiedSince the modification time of the client's copy; used only without {@code ifNoneMatch}
     * @param range the bytes requested; several ranges are answered with the whole file
     * @param ifRange the entity tag or the date of the client's partial copy
     */
    record Conditions(String ifNoneMatch, String ifModifiedSince, String range, String ifRange) {}

    /** The date format of HTTP (RFC 9110, section 5.6.7). */
    DateTimeFormatter HTTP_DATE = DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    Pattern ONE_RANGE = Pattern.compile("bytes=\\s*(\\d{0,18})-(\\d{0,18})\\s*", Pattern.CASE_INSENSITIVE);

    /**
     * Evaluates the headers.
     *
     * @param etag of the file, quoted and strong
     * @param modifiedMs the file's modification time by the wall clock
     */
    static FileAnswer of(Conditions asked, String etag, long modifiedMs, long sizeBytes) {
        if (isKnown(asked, etag, modifiedMs)) return new NotModified();
        Bytes whole = new Bytes(0, sizeBytes, true);
        if (asked.range() == null || !isSame(asked.ifRange(), etag, modifiedMs)) return whole;
        Matcher range = ONE_RANGE.matcher(asked.range());
        if (!range.matches() || range.group(1).isEmpty() && range.group(2).isEmpty()) return whole;
        if (range.group(1).isEmpty()) {
            long last = Long.parseLong(range.group(2));
            if (last == 0 || sizeBytes == 0) return new OutOfRange();
            return new Bytes(Math.max(0, sizeBytes - last), sizeBytes, false);
        }
        long from = Long.parseLong(range.group(1));
        long last = range.group(2).isEmpty() ? Long.MAX_VALUE - 1 : Long.parseLong(range.group(2));
        if (last < from) return whole;
        return from >= sizeBytes ? new OutOfRange() : new Bytes(from, Math.min(last + 1, sizeBytes), false);
    }

    private static boolean isKnown(Conditions asked, String etag, long modifiedMs) {
        if (asked.ifNoneMatch() == null) {
            long since = millis(asked.ifModifiedSince());
            return since >= 0 && modifiedMs / 1000 <= since / 1000;
        }
        for (String tag : asked.ifNoneMatch().split(",")) {
            String known = tag.strip();
            if (known.equals("*") || known.equals(etag) || known.equals("W/" + etag)) return true;
        }
        return false;
    }

    /** Whether the client's partial copy is of this version of the file; a date counts only if it is exact. */
    private static boolean isSame(String ifRange, String etag, long modifiedMs) {
        if (ifRange == null) return true;
        String known = ifRange.strip();
        if (known.startsWith("\"") || known.startsWith("W/")) return known.equals(etag);
        return millis(known) == modifiedMs / 1000 * 1000;
    }

    private static long millis(String date) {
        if (date == null) return -1;
        try {
            return Instant.from(HTTP_DATE.parse(date.strip())).toEpochMilli();
        } catch (DateTimeParseException e) {
            return -1;
        }
    }
}
