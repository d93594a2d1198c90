package io.letterbox.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A node that does not know a topic asks the cluster before it says so. */
class NewsFromTheClusterTest {
    private final TestDoor door = new TestDoor(TestDoor.smallLimits(), false);
    private final AtomicInteger asked = new AtomicInteger();

    @AfterEach
    void nothingIsHeld() {
        await().until(() -> door.budget.usedBytes() == 0);
        door.close();
    }

    private void another(Runnable news) {
        door.storage.metadata().fallBehind(() -> {
            asked.incrementAndGet();
            news.run();
        });
    }

    @Test
    void aTopicThatAnotherNodeHasMadeIsNoFinal404() {
        another(() -> door.storage.createTopic("t" + asked.get(), 1, Map.of("retention.ms", "7")));
        assertThat(door.get("/topics/t1").statusCode()).isEqualTo(200);
        assertThat(door.get("/topics/t2/records").statusCode()).isEqualTo(200);
        HttpResponse<String> published = door.post("/topics/t3", "text/plain", "a".repeat(500));
        assertThat(published.statusCode()).as(published.body()).isEqualTo(200);
        assertThat(door.method("PATCH", "/topics/t4", "{\"config\":{\"retention.ms\":\"8\"}}")
                        .statusCode())
                .isEqualTo(200);
        assertThat(door.method("DELETE", "/topics/t5", "").statusCode()).isEqualTo(204);
        assertThat(asked).hasValue(5);
        assertThat(door.get("/topics/t1").statusCode()).isEqualTo(200);
        assertThat(asked).as("what is known is not asked for").hasValue(5);
    }

    @Test
    void whatTheClusterDoesNotHaveEitherIsNotThere() {
        another(() -> {});
        assertThat(door.get("/topics/none").statusCode()).isEqualTo(404);
        assertThat(door.get("/topics/none/records").statusCode()).isEqualTo(404);
        assertThat(door.post("/topics/none", "text/plain", "a").statusCode()).isEqualTo(404);
        assertThat(asked).hasValue(3);
    }

    @Test
    void whileNobodyCanSayTheClientIsAskedToComeAgain() {
        another(() -> {
            throw new ApiException(ErrorCode.NODE_UNREACHABLE, "Nobody answers.");
        });
        for (HttpResponse<String> answer : java.util.List.of(
                door.get("/topics/none"),
                door.get("/topics/none/records"),
                door.post("/topics/none", "text/plain", "a"))) {
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.headers().firstValue("Retry-After")).isPresent();
        }
    }

    @Test
    void aSingleNodeAsksNobody() {
        assertThat(door.get("/topics/none").statusCode()).isEqualTo(404);
        assertThat(asked).hasValue(0);
    }
}
