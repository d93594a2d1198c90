package io.letterbox.rest;

import java.nio.charset.StandardCharsets;
import java.util.Random;

/**
 * Makes malformed requests: path, query, headers, body, encoding, framing, or all of it. The same seed makes the same
 * request.
 *
 * @param bytes what to send
 * @param framed true if the server can find the end of the request, so that it has to answer
 */
record MalformedRequest(byte[] bytes, boolean framed) {
    private static final String[] METHODS = {
        "GET", "POST", "POST", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "FOO", "get"
    };
    private static final String[] PATHS = {
        "/topics/t",
        "/topics/t",
        "/topics/t",
        "/topics",
        "/topics/",
        "/topics/..",
        "/topics/../../etc/passwd",
        "/topics/%2e%2e%2f%2e%2e",
        "/topics/%",
        "/topics/%zz",
        "/topics/%ff%fe",
        "/topics/%00",
        "/topics/a%0d%0ab",
        "//topics//t",
        "/topics/__consumer_offsets",
        "/topics/t/records",
        "/topics/t/records/",
        "/topics/u/records",
        "/topics/%74",
        "/topics/t;x=1",
        "/topics/t/../t",
        "/topics/" + "n".repeat(250),
        "/cluster",
        "/openapi.json",
        "/nothing/here",
        "*",
        "http://h/topics/t",
        "",
        "topics/t",
        "/topics/t#f",
        "/\\..\\..",
        "/topics/t\u00e9",
        "/topics/.%2e/x",
        "/topics/%C0%AE%C0%AE"
    };
    private static final String[] NAMES = {
        "partition",
        "offset",
        "limit",
        "wait",
        "key",
        "timestamp",
        "keyField",
        "ack",
        "time",
        "maxBytes",
        "x",
        "",
        "%70artition",
        "%"
    };
    private static final String[] VALUES = {
        "0", "1", "-1", "99999999999999999999", "9223372036854775807", "2147483648", "latest", "earliest", "NaN", "1e3",
                "%31", "%", "%f",
        "%ff", "\u00ff", "", "/a", "a/b", "/a~2", "runs", "2026-01-31T12:00:00Z", "+1000000000-01-01T00:00:00Z", "1;2",
                "a=b=c", "%00", "+",
        "0x10", "z".repeat(3_000)
    };
    private static final String[] TYPES = {
        "text/plain",
        "application/x-ndjson",
        "application/vnd.kafka.json.v2+json",
        "application/vnd.kafka.binary.v2+json",
        "application/vnd.kafka.avro.v2+json",
        "application/x-ndjson; charset=utf-16",
        ";;;",
        "",
        "application/json",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
        "\u00ff/\u00fe",
        "x".repeat(4_000)
    };
    private static final String[] BODIES = {
        "",
        "{",
        "[]",
        "{}",
        "null",
        "{\"records\":[]}",
        "{\"records\":[{}]}",
        "{\"records\":{}}",
        "{\"records\":[1,null,\"x\"]}",
        "{\"records\":[{\"value\":\"!!\",\"partition\":-1}]}",
        "{\"records\":[{\"value\":1,\"partition\":1e99}]}",
        "{\"records\":[{\"key\":\"\\ud800\",\"value\":\"\\ud800\"}]}",
        "[".repeat(2_000),
        "{\"a\":".repeat(500),
        "\n\n\r\n",
        "a\nb\r\nc",
        "{\"a\":1}\n{\"a\":[]}\n",
        "{\"partitions\":1e9}",
        "{\"partitions\":-1}",
        "{\"config\":{\"x\":1}}",
        "{\"config\":{\"retention.ms\":\"-99\"}}",
        "{\"config\":[]}",
        "{\"partitions\":1}{}",
        "\u0000\u0001\u00ff\u00fe",
        "{\"a\":1,\"a\":2}",
        "\u00ef\u00bb\u00bf{}",
        "x".repeat(1_025),
        "y".repeat(5_000),
        "z\n".repeat(11),
        "{\"records\":[" + "1".repeat(2_000) + "]}"
    };
    private static final String[] HEADERS = {
        "Origin: https://evil.example",
        "Origin: null",
        "Origin:",
        "Expect: 100-continue",
        "Expect: 200-ok",
        "Content-Encoding: gzip",
        "Content-Encoding: identity",
        "Letterbox-Header-: x",
        "Letterbox-Header-a: \u00ff\u00fe",
        "ce-: x",
        "ce-id: %",
        "ce-id: %zz",
        "ce-id: %00%ff",
        "ce-\u00e9: x",
        "Accept: nothing/at-all",
        "Accept: ;;;;q=",
        "Range: bytes=0-1",
        "If-None-Match: x",
        "Connection: upgrade, HTTP2-Settings",
        "HTTP2-Settings: %%%",
        "Upgrade: websocket",
        "X: " + "h".repeat(17_000),
        "Cookie: a=b; c",
        "Last-Event-ID: \u00ff",
        "Authorization: Basic %%",
        "Forwarded: for=\"",
        "Host: another",
        "X-\u0001: y",
        ": nameless",
        "no colon",
        "Transfer-Encoding: gzip, chunked",
        "TE: trailers",
        "Content-Length: 3",
        "Content-Length: -1",
        "Content-Length: 1x",
        "Content-Length: 99999999999999999999",
        "Content-Length: 4097",
        "Transfer-Encoding: identity"
    };

    /** Headers from this one on change the end of the request. */
    private static final int FIRST_FRAMING_HEADER = 25;

    static MalformedRequest of(long seed) {
        Random random = new Random(seed);
        boolean framed = random.nextInt(3) > 0;
        StringBuilder head = new StringBuilder();
        head.append(pick(random, METHODS)).append(' ').append(pick(random, PATHS));
        for (int i = random.nextInt(3); i > 0; i--) {
            head.append(head.indexOf("?") < 0 ? '?' : '&').append(pick(random, NAMES));
            if (random.nextInt(8) > 0) head.append('=').append(pick(random, VALUES));
        }
        head.append(
                framed || random.nextInt(4) > 0
                        ? " HTTP/1.1"
                        : pick(random, " HTTP/1.0", " HTTP/9.9", " FTP/1.1", "", " HTTP/1.1 x"));
        head.append("\r\nHost: h\r\nConnection: close\r\n");
        if (random.nextInt(3) > 0)
            head.append("Content-Type: ").append(pick(random, TYPES)).append("\r\n");
        int headers = framed ? FIRST_FRAMING_HEADER : HEADERS.length;
        for (int i = random.nextInt(3); i > 0; i--)
            head.append(HEADERS[random.nextInt(headers)]).append("\r\n");
        String body = pick(random, BODIES);
        if (framed && random.nextBoolean()) {
            head.append("Transfer-Encoding: chunked\r\n\r\n").append(chunked(random, body));
        } else if (framed) {
            head.append("Content-Length: ")
                    .append(body.length())
                    .append("\r\n\r\n")
                    .append(body);
        } else {
            head.append(pick(random, "Transfer-Encoding: chunked\r\n", "Content-Length: 9\r\n", ""));
            head.append("\r\n")
                    .append(pick(random, "zz\r\n", "-5\r\nx", "5\r\nabc", "ffffffffff\r\n", "3\r\nabcdef", ""))
                    .append(body);
        }
        byte[] bytes = head.toString().getBytes(StandardCharsets.ISO_8859_1);
        if (framed) return new MalformedRequest(bytes, true);
        // Some bytes flip, and often the end is missing.
        for (int i = random.nextInt(4); i > 0; i--) bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        int length = random.nextBoolean() ? bytes.length : random.nextInt(bytes.length + 1);
        return new MalformedRequest(java.util.Arrays.copyOf(bytes, length), false);
    }

    private static String chunked(Random random, String body) {
        StringBuilder chunks = new StringBuilder();
        for (int from = 0; from < body.length(); ) {
            int size = Math.min(body.length() - from, 1 + random.nextInt(2_000));
            chunks.append(Integer.toHexString(size)).append("\r\n");
            chunks.append(body, from, from + size).append("\r\n");
            from += size;
        }
        return chunks.append("0\r\n\r\n").toString();
    }

    private static String pick(Random random, String... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
