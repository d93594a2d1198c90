package io.letterbox.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.access.Principal;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChangeTest {
    private static final Actor CURL = Actor.of("HTTP", "10.0.0.7", "curl/8.14.1", Principal.ANONYMOUS);

    @Test
    void aLineSaysWhatFromWhatToWhatAndByWhom() {
        Change change = new Change("topic", "payments", "changed", Map.of("retention.ms", Change.moved("default", 1)));
        assertThat(change.text(CURL))
                .isEqualTo("Topic payments changed (retention.ms: default → 1) by HTTP client 10.0.0.7 (curl/8.14.1)");
        assertThat(change.fields(CURL))
                .containsExactly(
                        Map.entry("kind", "topic"),
                        Map.entry("name", "payments"),
                        Map.entry("action", "changed"),
                        Map.entry("retention.ms", "default → 1"),
                        Map.entry("door", "HTTP"),
                        Map.entry("address", "10.0.0.7"),
                        Map.entry("client", "curl/8.14.1"));
    }

    @Test
    void aClientWithoutANameHasAnAddress() {
        Change change = new Change("wall clock", "", "confirmed", Map.of());
        assertThat(change.text(Actor.of("HTTP", "::1", null, Principal.ANONYMOUS)))
                .isEqualTo("Wall clock confirmed by HTTP client ::1");
        assertThat(change.text(Actor.of("Kafka", "::1", " ", Principal.ANONYMOUS)))
                .isEqualTo("Wall clock confirmed by Kafka client ::1");
        assertThat(change.text(Actor.SERVER)).isEqualTo("Wall clock confirmed by the server itself");
        assertThat(change.fields(Actor.SERVER)).containsEntry("door", "server").doesNotContainKey("address");
        assertThat(change.text(
                        Actor.of("Kafka", "::1", "c", Principal.ANONYMOUS).because("because it asked")))
                .isEqualTo("Wall clock confirmed by Kafka client ::1 (c), because it asked");
    }

    @Test
    void aPrincipalThatIsNotAnonymousIsNamed() {
        Change change = new Change("group", "g", "deleted", Map.of());
        Actor alice = Actor.of("HTTP", "::1", "curl/8", new Principal(Principal.USER, "al\nice"));

        assertThat(change.text(alice)).isEqualTo("Group g deleted by HTTP client ::1 (curl/8) as User:al\\u000aice");
        assertThat(change.text(alice.because("because it asked"))).endsWith(" as User:al\\u000aice, because it asked");
        assertThat(change.fields(alice)).containsEntry("principal", "User:al\\u000aice");
        assertThat(change.fields(CURL)).doesNotContainKey("principal");
    }

    @Test
    void whatClientsChoseIsMadeHarmlessAndShort() {
        String hostile = "\u001b[2J\n2026 ERROR all is lost\u202e";
        Change change = new Change("group", hostile, "moved", Map.of(hostile, hostile + "x".repeat(100_000)));
        String text = change.text(Actor.of("Kafka", "::1", hostile + "y".repeat(100_000), Principal.ANONYMOUS));
        assertThat(text).doesNotContain("\u001b", "\n", "\u202e").contains("\\u001b[2J\\u000a2026");
        assertThat(text.length()).isLessThan(4 * (Change.MAX_TEXT + 40));
        assertThat(change.fields(CURL).toString()).doesNotContain("\u001b", "\n", "\u202e");

        String pair = "a".repeat(Change.MAX_TEXT - 1) + "\ud83d\udcec";
        assertThat(new Change("group", pair, "moved", Map.of()).name())
                .isEqualTo("a".repeat(Change.MAX_TEXT - 1) + "…");
    }

    @Test
    void detailsBeyondALimitAreCounted() {
        Map<String, String> many = new LinkedHashMap<>();
        for (int partition = 0; partition < 1000; partition++) many.put("t/" + partition, "1 → 0");
        Change change = new Change("group", "g", "moved", many);
        assertThat(change.details()).hasSize(Change.MAX_DETAILS + 1).containsEntry("further", "976");
    }
}
