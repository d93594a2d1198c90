package io.letterbox.sse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.letterbox.config.SseConfig;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The heartbeats and the ends of streams, over real sockets. */
class StreamLifeTest {
    @Test
    void heartbeatsBreakTheSilenceLongerThanAnIdleConnectionMayLive() throws Exception {
        try (TestStreams server = TestStreams.withIdleTimeout(withHeartbeat(1), 1)) {
            server.createTopic("one", 1);
            try (TestStream stream = server.open("/topics/one/events")) {
                stream.awaitComments(4);
                server.publish("one", 0, "still here");
                assertThat(stream.nextData()).isEqualTo("still here");
            }
        }
    }

    @Test
    void aFilteredSubscriberGetsItsKeyAndACursorThatMovesOn() throws Exception {
        try (TestStreams server = new TestStreams(withHeartbeat(1), 10)) {
            server.createTopic("one", 1);
            try (TestStream stream = server.open("/topics/one/events?key=k%C3%A9&from=earliest")) {
                stream.nextCursor();
                server.publish("one", 0, "other", new byte[] {'a'});
                server.publish("one", 0, "ké", new byte[] {'b'});
                assertThat(stream.nextData()).isEqualTo("b");
                server.publish("one", 0, null, new byte[] {'c'});
                String cursor = stream.nextCursor();
                assertThat(Cursor.parse(cursor).get(0).nextOffset(0)).isEqualTo(3);
                assertThat(stream.isExhausted()).isTrue();
            }
        }
    }

    @Test
    void aStreamEndsAtItsMaximumAge() throws Exception {
        try (TestStreams server = new TestStreams(new SseConfig(60, 10, 20, 1, 32_768, 65_536, 600, 300), 10)) {
            server.createTopic("one", 1);
            try (TestStream stream = server.open("/topics/one/events")) {
                stream.awaitEnd();
                assertThat(Integer.parseInt(stream.parser.retry())).isBetween(10, 20);
            }
            await().until(() -> server.slots.taken() == 0);
        }
    }

    @Test
    void whoTakesNothingForTooLongIsCutOff() throws Exception {
        try (TestStreams server = new TestStreams(new SseConfig(1, 10, 20, 0, 2048, 2048, 1, 300), 10)) {
            server.createTopic("one", 1);
            byte[] large = "x".repeat(900_000).getBytes(StandardCharsets.US_ASCII);
            TestStream stream =
                    new TestStream(server.sockets.port(), "HTTP/1.1", 4096, "/topics/one/events?from=earliest");
            // More than the socket buffers of both sides can hold.
            for (int i = 0; i < 12; i++) server.publish("one", 0, null, large);
            await().until(() -> server.slots.taken() == 0);
            await().until(() -> server.scrape().contains("letterbox_sse_disconnects_total{reason=\"stalled\"} 1"));
            stream.close();
        }
    }

    @Test
    void aSlowSubscriberLosesNothingAndHoldsNobodyUp() throws Exception {
        try (TestStreams server = new TestStreams(new SseConfig(60, 10, 20, 0, 2048, 2048, 600, 300), 10)) {
            server.createTopic("one", 1);
            int count = 3000;
            String filler = "x".repeat(3000);
            try (TestStream slow =
                            new TestStream(server.sockets.port(), "HTTP/1.1", 4096, "/topics/one/events?from=0");
                    TestStream fast = server.open("/topics/one/events?from=0")) {
                for (int i = 0; i < count; i++) {
                    server.publish("one", 0, i + "/" + filler);
                    if (i % 10 == 9)
                        for (int k = i - 9; k <= i; k++)
                            assertThat(fast.nextData()).startsWith(k + "/");
                }
                await().until(() -> server.scrape().contains("letterbox_sse_stalled_subscribers 1"));
                for (int i = 0; i < count; i++) assertThat(slow.nextData()).isEqualTo(i + "/" + filler);
                await().until(() -> server.scrape().contains("letterbox_sse_stalled_subscribers 0"));
                server.publish("one", 0, "together again");
                assertThat(slow.nextData()).isEqualTo("together again");
                assertThat(fast.nextData()).isEqualTo("together again");
            }
        }
    }

    @Test
    void whoBreaksOffGivesTheSlotBack() throws Exception {
        try (TestStreams server = new TestStreams()) {
            server.createTopic("one", 1);
            TestStream polite = server.open("/topics/one/events");
            TestStream rude = server.open("/topics/one/events");
            polite.nextCursor();
            rude.nextCursor();
            assertThat(server.slots.taken()).isEqualTo(2);
            polite.close();
            rude.reset();
            await().until(() -> server.slots.taken() == 0);
            await().until(() -> server.scrape().contains("letterbox_sse_connections 0"));
        }
    }

    @Test
    void aShutdownEndsEveryStreamInGoodOrder() throws Exception {
        try (TestStreams server = new TestStreams(new SseConfig(60, 10, 20, 0, 32_768, 65_536, 600, 300), 100)) {
            server.createTopic("one", 1);
            List<TestStream> streams = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                TestStream stream = server.open("/topics/one/events?from=earliest");
                stream.nextCursor();
                streams.add(stream);
            }
            server.publish("one", 0, "last words");
            for (TestStream stream : streams) assertThat(stream.nextData()).isEqualTo("last words");
            Future<Void> drained = server.verticle.drain(1000);
            for (TestStream stream : streams) {
                stream.awaitEnd();
                assertThat(Integer.parseInt(stream.parser.retry())).isBetween(10, 20);
                stream.close();
            }
            drained.await();
            assertThat(server.slots.taken()).isZero();
        }
    }

    @Test
    void http10HasTheStreamWithoutChunks() throws Exception {
        try (TestStreams server = new TestStreams()) {
            server.createTopic("one", 1);
            server.publish("one", 0, "old style");
            try (TestStream stream =
                    new TestStream(server.sockets.port(), "HTTP/1.0", 0, "/topics/one/events?from=earliest")) {
                assertThat(stream.headers).doesNotContainKey("transfer-encoding");
                assertThat(stream.nextData()).isEqualTo("old style");
            }
        }
    }

    @Test
    void http2HasTheStreamToo() throws Exception {
        try (TestStreams server = new TestStreams(TestStreams.CALM, 100, true)) {
            server.createTopic("one", 1);
            String large = "y".repeat(200_000);
            server.publish("one", 0, large);
            HttpClientAgent client = server.vertx.createHttpClient(new HttpClientOptions()
                    .setProtocolVersion(HttpVersion.HTTP_2)
                    .setHttp2ClearTextUpgrade(false));
            BlockingQueue<Buffer> body = new LinkedBlockingQueue<>();
            HttpClientResponse response = client.request(
                            HttpMethod.GET, server.sockets.port(), "127.0.0.1", "/topics/one/events?from=earliest")
                    .compose(HttpClientRequest::send)
                    .onSuccess(begun -> begun.handler(body::add))
                    .await();
            assertThat(response.version()).isEqualTo(HttpVersion.HTTP_2);
            EventStreamParser parser = new EventStreamParser("");
            assertThat(nextData(parser, body)).isEqualTo(large);
            server.publish("one", 0, "small");
            assertThat(nextData(parser, body)).isEqualTo("small");
            response.request().reset().await();
            await().until(() -> server.slots.taken() == 0);
        }
    }

    private static String nextData(EventStreamParser parser, BlockingQueue<Buffer> body) throws Exception {
        while (true) {
            List<EventStreamParser.Event> events = parser.take();
            if (!events.isEmpty()) return events.get(0).data();
            Buffer some = body.poll(30, TimeUnit.SECONDS);
            assertThat(some).isNotNull();
            parser.feed(some.getBytes(), 0, some.length());
        }
    }

    private static SseConfig withHeartbeat(int seconds) {
        return new SseConfig(seconds, 2000, 5000, 0, 32_768, 65_536, 600, 300);
    }
}
