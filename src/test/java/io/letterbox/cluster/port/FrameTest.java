package io.letterbox.cluster.port;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrameTest {
    private final List<Frame> frames = new ArrayList<>();
    private final List<String> broken = new ArrayList<>();

    @Test
    void framesComeHoweverTheBytesAreCut() {
        Frame first = new Frame(Frame.PROBE, Long.MIN_VALUE, Buffer.buffer());
        Frame second = new Frame(Frame.REQUEST, 7, Buffer.buffer("payload"));
        Buffer bytes = Frame.GREETING.copy().appendBuffer(first.encode()).appendBuffer(second.encode());
        for (int cut : List.of(1, 2, 7, bytes.length())) {
            frames.clear();
            Handler<Buffer> reader = Frame.reader(true, frames::add, broken::add);
            for (int at = 0; at < bytes.length(); at += cut) {
                reader.handle(bytes.getBuffer(at, Math.min(bytes.length(), at + cut)));
            }
            assertThat(frames).containsExactly(new Frame(0, 0, Frame.GREETING), first, second);
        }
        assertThat(broken).isEmpty();
    }

    @Test
    void whatIsTooLongOrTooShortEndsTheReading() {
        for (int length : List.of(-1, 8, Frame.MAX_BYTES + 1)) {
            Handler<Buffer> reader = Frame.reader(false, frames::add, broken::add);
            reader.handle(Buffer.buffer().appendInt(length).appendBytes(new byte[100]));
            reader.handle(new Frame(Frame.PROBE, 1, Buffer.buffer()).encode());
        }
        assertThat(frames).isEmpty();
        assertThat(broken).hasSize(3).allMatch(sentence -> sentence.startsWith("A frame of "));
    }
}
