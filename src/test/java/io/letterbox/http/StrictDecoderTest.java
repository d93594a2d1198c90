package io.letterbox.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.vertx.core.http.HttpServerOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class StrictDecoderTest {
    private static final String POST = "POST /t HTTP/1.1\r\nHost: x\r\n";
    private static final String CHUNKED = POST + "Transfer-Encoding: chunked\r\n\r\n";
    private static final String NEXT = "GET /next HTTP/1.1\r\nHost: x\r\n\r\n";

    /** The decoded requests, as method, target and body; "refused" for a malformed one. */
    private static List<String> decode(String bytes, int sliceBytes) {
        EmbeddedChannel channel = new EmbeddedChannel(new StrictDecoder(new HttpServerOptions()));
        byte[] raw = bytes.getBytes(ISO_8859_1);
        for (int from = 0; from < raw.length; from += sliceBytes) {
            channel.writeInbound(Unpooled.copiedBuffer(raw, from, Math.min(sliceBytes, raw.length - from)));
        }
        List<String> requests = new ArrayList<>();
        StringBuilder request = new StringBuilder();
        for (HttpObject part = channel.readInbound(); part != null; part = channel.readInbound()) {
            if (part.decoderResult().isFailure()) {
                requests.add("refused");
                continue;
            }
            if (part instanceof HttpRequest head)
                request.append(head.method()).append(head.uri()).append(' ');
            if (part instanceof HttpContent content) {
                request.append(content.content().toString(ISO_8859_1));
                content.release();
            }
            if (part instanceof LastHttpContent) {
                requests.add(request.toString().strip());
                request.setLength(0);
            }
        }
        channel.finishAndReleaseAll();
        return requests;
    }

    static Stream<String> malformed() {
        return Stream.of(
                POST + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
                POST + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
                POST + "Content-Length: 4\r\nTransfer-Encoding: xchunked\r\n\r\nabcd",
                POST + "Transfer-Encoding: xchunked\r\n\r\n",
                POST + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                POST + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
                POST + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
                POST + "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                POST + "Transfer-Encoding: identity\r\n\r\n",
                POST + "Transfer-Encoding:\r\n\r\n",
                POST + "Transfer-Encoding: \u000bchunked\r\n\r\n0\r\n\r\n",
                POST + "Transfer-Encoding : chunked\r\nContent-Length: 4\r\n\r\nabcd",
                POST + "Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
                POST + "Content-Length: 4\r\nContent-Length: 4\r\n\r\nabcd",
                POST + "Content-Length: 4, 5\r\n\r\nabcde",
                POST + "Content-Length: 4, 4\r\n\r\nabcd",
                POST + "Content-Length: +4\r\n\r\nabcd",
                POST + "Content-Length: -1\r\n\r\nabcd",
                POST + "Content-Length: 0x4\r\n\r\nabcd",
                POST + "Content-Length: 4 4\r\n\r\nabcd",
                POST + "Content-Length: 4a\r\n\r\nabcd",
                POST + "Content-Length:\r\n\r\n",
                POST + "Content-Length: 99999999999999999999\r\n\r\nabcd",
                POST + "Content-Length : 4\r\n\r\nabcd",
                "POST /t HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "POST /t HTTP/1.0\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
                "POST /t HTTP/1.0\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
                "POST /t HTTP/1.0\r\nContent-Length: 4, 5\r\n\r\nabcde",
                "GET /t HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                "GET /t HTTP/1.1\r\nHost: a\r\nX: y\r\nhost: a\r\n\r\n",
                "GET /t HTTP/1.1\nHost: x\n\n",
                "GET /t HTTP/1.1\r\nHost: x\n\r\n",
                "GET /t HTTP/1.1\r\nHost: x\r\n\n",
                "GET /t HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n",
                "GET /t HTTP/1.1\r\nHost: x\r\nX: a\r\n\tb\r\n\r\n",
                "GET /t HTTP/1.1\r\nHost: x\r\nX: a\r\n \r\n\r\n",
                "\r\n\r\nGET /t HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n",
                "GET /t HTTP/1.1\r\n Host: x\r\n\r\n",
                "GET /t HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n",
                "GET /t HTTP/1.1\r\nHost: x\r\nX: a\rb\r\n\r\n",
                "GET /t HTTP/1.1\r\nHost: x\r\nX: a\r\r\n\r\n",
                "GET /t HTTP/1.1\r\nHost: x\r\nX\0: a\r\n\r\n",
                "GET /t HTTP/1.1\r\nHost: x\r\nX y: a\r\n\r\n",
                "GET /t HTTP/1.1\r\nHost: x\r\n: a\r\n\r\n",
                "GET /t HTTP/1.1\r\nHost: x\r\nnothing\r\n\r\n",
                "GET /t HTTP/2.0\r\nHost: x\r\n\r\n",
                "GET /t HTTP/1.2\r\nHost: x\r\n\r\n",
                "GET /t\r\n\r\n");
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void refusesWhatCouldBeUnderstoodInTwoWaysAndReadsNothingBehindIt(String request) {
        assertThat(decode(request + NEXT, Integer.MAX_VALUE)).containsExactly("refused");
        assertThat(decode(request + NEXT, 1)).containsExactly("refused");
    }

    static Stream<String> malformedBodies() {
        return Stream.of(
                "100000000000000005\r\nhello\r\n0\r\n\r\n",
                "00000000000000000005\r\nhello\r\n0\r\n\r\n",
                "80000000\r\nhello\r\n0\r\n\r\n",
                "ffffffff\r\nhello\r\n0\r\n\r\n",
                "7fffffff\r\nhello\r\n0\r\n\r\n",
                "ffffffffffffffff\r\nhello\r\n0\r\n\r\n",
                "+5\r\nhello\r\n0\r\n\r\n",
                "-5\r\nhello\r\n0\r\n\r\n",
                "0x5\r\nhello\r\n0\r\n\r\n",
                " 5\r\nhello\r\n0\r\n\r\n",
                "5 \r\nhello\r\n0\r\n\r\n",
                "5 5\r\nhello\r\n0\r\n\r\n",
                "5\0\r\nhello\r\n0\r\n\r\n",
                "5\u000b6\r\nhello\r\n0\r\n\r\n",
                "5\n\r\nhello\r\n0\r\n\r\n",
                "5\nhello\r\n0\r\n\r\n",
                "5\r\r\nhello\r\n0\r\n\r\n",
                "5g\r\nhello\r\n0\r\n\r\n",
                "\r\nhello\r\n0\r\n\r\n",
                ";a=b\r\nhello\r\n0\r\n\r\n",
                "5;a=\nb\r\nhello\r\n0\r\n\r\n",
                "5;a=\rb\r\nhello\r\n0\r\n\r\n",
                "5\r\nhelloX\r\n0\r\n\r\n",
                "5\r\nhello\n0\r\n\r\n",
                "5\r\nhello0\r\n\r\n",
                "5\r\nhello\r\n0\r\nX: a\r\n b\r\n\r\n",
                "5\r\nhello\r\n0\r\nX: a\n\r\n",
                "5\r\nhello\r\n0\r\nX y: a\r\n\r\n",
                "5\r\nhello\r\n0\r\nX: " + "a".repeat(9_000) + "\r\n\r\n",
                "5;" + "a".repeat(5_000) + "\r\nhello\r\n0\r\n\r\n",
                ("1;" + "a".repeat(500) + "\r\nh\r\n").repeat(9) + "0\r\n\r\n");
    }

    @ParameterizedTest
    @MethodSource("malformedBodies")
    void refusesBodiesWhoseEndIsInDoubt(String body) {
        assertThat(decode(CHUNKED + body + NEXT, Integer.MAX_VALUE)).containsExactly("refused");
        assertThat(decode(CHUNKED + body + NEXT, 1)).containsExactly("refused");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, Integer.MAX_VALUE})
    void readsWhatIsWellFormedInWhateverPieces(int sliceBytes) {
        String requests = CHUNKED + "5\r\nhello\r\n0\r\n\r\n"
                + NEXT
                + CHUNKED + "00A;name=\"va;lue\" ; x\r\n0123456789\r\n1\r\n\n\r\n000\r\nTrailer-Field: x\r\n\r\n"
                + POST + "content-length: 007\r\n\r\n\r\n x\r\n1"
                + "\r\n" + POST + "TRANSFER-ENCODING: Chunked\r\n\r\n0\r\n\r\n"
                + "POST /t HTTP/1.0\r\nContent-Length: 1\r\n\r\nz"
                + NEXT;
        assertThat(decode(requests, sliceBytes))
                .containsExactly(
                        "POST/t hello",
                        "GET/next",
                        "POST/t 0123456789",
                        "POST/t \r\n x\r\n1",
                        "POST/t",
                        "POST/t z",
                        "GET/next");
    }

    @Test
    void largeChunksComeThroughWhole() {
        String body = "b".repeat(100_000);
        assertThat(decode(CHUNKED + "186a0\r\n" + body + "\r\n0\r\n\r\n" + NEXT, 4096))
                .containsExactly("POST/t " + body, "GET/next");
    }

    @Test
    void asksForNothingButHttp() {
        EmbeddedChannel channel = new EmbeddedChannel(new StrictDecoder(new HttpServerOptions()));
        String upgrade = "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                + "HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n";
        channel.writeInbound(Unpooled.copiedBuffer(upgrade, ISO_8859_1));
        HttpRequest head = channel.readInbound();
        assertThat(head.decoderResult().isSuccess()).isTrue();
        assertThat(head.headers().contains("upgrade")).isFalse();
        channel.finishAndReleaseAll();
    }
}
