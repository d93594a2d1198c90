package io.letterbox.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.vertx.core.buffer.Buffer;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class EnvelopeCodecTest {
    private static final NodeIdentity FROM = new NodeIdentity(7, new UUID(-1, 2), Long.MIN_VALUE);

    @Test
    void aRequestArrivesAsItWas() {
        Envelope request =
                new Envelope.Request(FROM, 65535, new UUID(3, -4), -5, Integer.MAX_VALUE, Buffer.buffer("body"));

        assertThat(EnvelopeCodec.decode(EnvelopeCodec.encode(request))).isEqualTo(request);
        assertThat(EnvelopeCodec.encode(request).length()).isEqualTo(60 + 4);
    }

    @Test
    void anAnswerArrivesAsItWas() {
        Envelope answer = new Envelope.Answer(FROM, Buffer.buffer());

        assertThat(EnvelopeCodec.decode(EnvelopeCodec.encode(answer))).isEqualTo(answer);
    }

    @Test
    void aRefusalKeepsItsCodeSentenceAndFacts() {
        ApiException why = new ApiException(
                ErrorCode.RECORD_TOO_LARGE, "Zu groß.", Map.of("limit", 1L << 40, "setting", "max.message.bytes"));

        Envelope.Refusal refusal =
                (Envelope.Refusal) EnvelopeCodec.decode(EnvelopeCodec.encode(new Envelope.Refusal(FROM, true, why)));

        assertThat(refusal.from()).isEqualTo(FROM);
        assertThat(refusal.seen()).isTrue();
        assertThat(refusal.why().code()).isEqualTo(ErrorCode.RECORD_TOO_LARGE);
        assertThat(refusal.why()).hasMessage("Zu groß.");
        assertThat(refusal.why().facts()).isEqualTo(why.facts());
    }

    @Test
    void aCodeOfANewerVersionIsAFailureWithItsSentence() {
        Buffer bytes = EnvelopeCodec.encode(
                new Envelope.Refusal(FROM, false, new ApiException(ErrorCode.NOT_LEADER, "Go elsewhere.")));
        bytes.setByte(33, (byte) 'X');

        ApiException why = ((Envelope.Refusal) EnvelopeCodec.decode(bytes)).why();

        assertThat(why.code()).isEqualTo(ErrorCode.INTERNAL);
        assertThat(why).hasMessage("Go elsewhere.");
    }

    @Test
    void whatIsNoEnvelopeIsRefusedInWords() {
        Buffer bytes = EnvelopeCodec.encode(new Envelope.Request(FROM, 1, new UUID(3, 4), 5, 6, Buffer.buffer()));
        for (int length = 0; length < bytes.length(); length++) {
            Buffer cut = bytes.getBuffer(0, length);
            assertThatThrownBy(() -> EnvelopeCodec.decode(cut))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("ends too early");
        }
        Buffer newer = bytes.copy().setByte(0, (byte) 9);
        assertThatThrownBy(() -> EnvelopeCodec.decode(newer))
                .hasMessage("An envelope has version 9, and this node knows version 1: the nodes' versions are too far"
                        + " apart.");
        Buffer strange = bytes.copy().setByte(1, (byte) 9);
        assertThatThrownBy(() -> EnvelopeCodec.decode(strange)).hasMessageContaining("type 9");
    }

    @Test
    void numbersOfKindsAreFixed() {
        assertThat(PeerRequestKind.of(1)).isEqualTo(PeerRequestKind.PING);
        assertThat(PeerRequestKind.of(2)).isEqualTo(PeerRequestKind.LEADER_HINTS);
        assertThat(PeerRequestKind.of(0)).isNull();
        assertThat(java.util.Arrays.stream(PeerRequestKind.values())
                        .map(PeerRequestKind::number)
                        .distinct())
                .hasSameSizeAs(PeerRequestKind.values());
    }
}
