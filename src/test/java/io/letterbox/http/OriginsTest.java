package io.letterbox.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class OriginsTest {
    private final Origins origins = new Origins(List.of("https://App.example:443"));

    @Test
    void configuredOriginsAreThereAsBrowsersWriteThem() {
        assertThat(origins.contains("https://app.example")).isTrue();
        assertThat(origins.contains("http://app.example")).isFalse();
        assertThat(new Origins(List.of()).isEmpty()).isTrue();
    }

    @Test
    void theNodesOfTheClusterAreTooAsLongAsTheyAreInIt() {
        origins.nodes(List.of("a.example:80", "b.example:8080", "[fd00::1]:8080"));
        for (String node : List.of("http://a.example", "http://b.example:8080", "http://[fd00::1]:8080"))
            assertThat(origins.contains(node)).as(node).isTrue();
        for (String other : List.of("http://b.example", "https://b.example:8080", "http://c.example:8080"))
            assertThat(origins.contains(other)).as(other).isFalse();
        origins.nodes(List.of("a.example:80"));
        assertThat(origins.contains("http://b.example:8080")).isFalse();
        assertThat(origins.contains("https://app.example")).isTrue();
    }

    @Test
    void aNodeOfThisMachineIsKnownByAllItsNames() {
        origins.nodes(List.of("127.0.0.1:8081"));
        for (String name : List.of("127.0.0.1", "localhost", "[::1]"))
            assertThat(origins.contains("http://" + name + ":8081")).as(name).isTrue();
        assertThat(origins.contains("http://localhost:8082")).isFalse();
    }
}
