package io.letterbox.rest;

import static io.letterbox.rest.TestDoor.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.letterbox.time.TestClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ClockRoutesTest {
    private TestDoor door;

    @BeforeEach
    void open() {
        door = new TestDoor();
    }

    @AfterEach
    void close() {
        door.close();
    }

    @Test
    void anOperatorConfirmsAClockThatHasJumped() {
        JsonNode clock = json(door.get("/clock"));
        assertThat(clock.path("confirmed").asBoolean()).isTrue();
        assertThat(clock.path("wallMs").asLong()).isGreaterThanOrEqualTo(TestClock.WALL_MS);
        door.clock.step(7_200_000);
        clock = json(door.get("/clock"));
        assertThat(clock.path("confirmed").asBoolean(true)).isFalse();
        assertThat(clock.path("jumpMs").asLong()).isEqualTo(7_200_000);
        assertThat(clock.path("confirmedInMs").asLong()).isEqualTo(3_600_000);
        clock = json(door.method("POST", "/clock/confirm", null));
        assertThat(clock.path("confirmed").asBoolean()).isTrue();
        assertThat(clock.has("jumpMs")).isFalse();
        assertThat(json(door.get("/clock")).path("confirmed").asBoolean()).isTrue();
    }

    @Test
    void refusesParametersThatItDoesNotKnow() {
        assertThat(door.get("/clock?at=1").statusCode()).isEqualTo(400);
        assertThat(door.method("POST", "/clock/confirm?at=1", null).statusCode())
                .isEqualTo(400);
    }
}
