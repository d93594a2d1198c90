package io.letterbox.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.files.FileAnswer.Bytes;
import io.letterbox.files.FileAnswer.Conditions;
import io.letterbox.files.FileAnswer.NotModified;
import io.letterbox.files.FileAnswer.OutOfRange;
import java.util.List;
import org.junit.jupiter.api.Test;

class FileAnswerTest {
    private static final String ETAG = "\"64-1\"";
    private static final long MODIFIED = 1_000_000_000_500L;
    private static final String DATE = "Sun, 09 Sep 2001 01:46:40 GMT";
    private static final String LATER = "Sun, 09 Sep 2001 01:46:41 GMT";
    private static final String EARLIER = "Sun, 09 Sep 2001 01:46:39 GMT";
    private static final Bytes WHOLE = new Bytes(0, 100, true);

    private static FileAnswer known(String ifNoneMatch, String since) {
        return FileAnswer.of(new Conditions(ifNoneMatch, since, null, null), ETAG, MODIFIED, 100);
    }

    private static FileAnswer part(String range, String ifRange) {
        return FileAnswer.of(new Conditions(null, null, range, ifRange), ETAG, MODIFIED, 100);
    }

    @Test
    void whatTheClientHasIsNotSentAgain() {
        assertThat(FileAnswer.HTTP_DATE.format(java.time.Instant.ofEpochMilli(MODIFIED)))
                .isEqualTo(DATE);
        for (String tags : List.of(ETAG, "W/" + ETAG, "\"x\", " + ETAG, "*")) {
            assertThat(known(tags, null)).as(tags).isEqualTo(new NotModified());
        }
        assertThat(known("\"x\"", null)).isEqualTo(WHOLE);
        assertThat(known(null, DATE)).isEqualTo(new NotModified());
        assertThat(known(null, LATER)).isEqualTo(new NotModified());
        assertThat(known(null, EARLIER)).isEqualTo(WHOLE);
        assertThat(known(null, "yesterday")).isEqualTo(WHOLE);
        // RFC 9110, section 13.1.3: the date counts only without a tag.
        assertThat(known("\"x\"", LATER)).isEqualTo(WHOLE);
    }

    @Test
    void oneRangeIsAPart() {
        assertThat(part("bytes=0-0", null)).isEqualTo(new Bytes(0, 1, false));
        assertThat(part("bytes=10-19", null)).isEqualTo(new Bytes(10, 20, false));
        assertThat(part("bytes=90-", null)).isEqualTo(new Bytes(90, 100, false));
        assertThat(part("bytes=90-1000", null)).isEqualTo(new Bytes(90, 100, false));
        assertThat(part("bytes=-10", null)).isEqualTo(new Bytes(90, 100, false));
        assertThat(part("bytes=-1000", null)).isEqualTo(new Bytes(0, 100, false));
        assertThat(part("bytes=0-999999999999999999", null)).isEqualTo(new Bytes(0, 100, false));
        for (String out : List.of("bytes=100-", "bytes=100-200", "bytes=-0")) {
            assertThat(part(out, null)).as(out).isEqualTo(new OutOfRange());
        }
        for (String other : List.of(
                "bytes=0-1,3-4", "bytes=-", "bytes=5-1", "lines=1-2", "bytes=a-b", "bytes=0-9999999999999999999")) {
            assertThat(part(other, null)).as(other).isEqualTo(WHOLE);
        }
        assertThat(FileAnswer.of(new Conditions(null, null, "bytes=0-", null), ETAG, MODIFIED, 0))
                .isEqualTo(new OutOfRange());
    }

    @Test
    void aPartOfAnotherFileIsNotContinued() {
        Bytes rest = new Bytes(50, 100, false);
        assertThat(part("bytes=50-", ETAG)).isEqualTo(rest);
        assertThat(part("bytes=50-", DATE)).isEqualTo(rest);
        for (String other : List.of("\"x\"", "W/" + ETAG, LATER, EARLIER, "yesterday")) {
            assertThat(part("bytes=50-", other)).as(other).isEqualTo(WHOLE);
        }
    }
}
