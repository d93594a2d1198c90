package io.letterbox.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class InboundSlicesTest {
    private static final int SLICE = InboundSlices.SLICE_BYTES;

    private final Asked asked = new Asked();
    private final Reader reader = new Reader();
    private final EmbeddedChannel channel = new EmbeddedChannel(asked, new InboundSlices(), reader);

    /** The handler before the socket, which counts the reads. */
    private static final class Asked extends ChannelOutboundHandlerAdapter {
        private int times;

        @Override
        public void read(ChannelHandlerContext context) throws Exception {
            times++;
            super.read(context);
        }
    }

    /** The handler in place of the decoder; pauses after a number of reads. */
    private static final class Reader extends ChannelInboundHandlerAdapter {
        private final List<Integer> slices = new ArrayList<>();
        private final ByteBuf bytes = Unpooled.buffer();
        private int turns;
        private int turnsLeft = Integer.MAX_VALUE;

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf slice = (ByteBuf) message;
            slices.add(slice.readableBytes());
            bytes.writeBytes(slice);
            slice.release();
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            turns++;
            if (--turnsLeft == 0) context.channel().config().setAutoRead(false);
        }

        private void wantTurns(EmbeddedChannel channel, int turns) {
            turnsLeft = turns;
            channel.config().setAutoRead(true);
            channel.runPendingTasks();
        }
    }

    private static ByteBuf bytes(int count) {
        ByteBuf bytes = Unpooled.buffer(count);
        for (int i = 0; i < count; i++) bytes.writeByte(i * 31 >> 3);
        return bytes;
    }

    @Test
    void whatIsSmallGoesThroughAsItCame() {
        channel.writeInbound(bytes(100));

        assertThat(reader.slices).containsExactly(100);
        assertThat(reader.turns).isEqualTo(1);
    }

    @Test
    void whatIsLargeComesInSlicesWithATurnForEach() {
        channel.writeInbound(bytes(3 * SLICE + 5));

        assertThat(reader.slices).containsExactly(SLICE, SLICE, SLICE, 5);
        assertThat(reader.turns).isEqualTo(4);
    }

    @Test
    void manySmallOnesMakeATurnTogether() {
        channel.writeInbound(bytes(SLICE - 1), bytes(2), bytes(2));

        assertThat(reader.slices).containsExactly(SLICE - 1, 1, 1, 2);
        assertThat(reader.turns).isEqualTo(2);
    }

    @Test
    void nothingComesToOneThatDoesNotWantToRead() {
        reader.turnsLeft = 1;
        ByteBuf large = bytes(3 * SLICE);
        channel.writeInbound(large, bytes(7));

        assertThat(reader.slices).containsExactly(SLICE);

        reader.wantTurns(channel, 1);
        assertThat(reader.slices).containsExactly(SLICE, SLICE);

        reader.wantTurns(channel, Integer.MAX_VALUE);
        assertThat(reader.slices).containsExactly(SLICE, SLICE, SLICE, 7);
        assertThat(large.refCnt()).isZero();
    }

    @Test
    void aShortSliceThatWaitedEndsItsTurn() {
        reader.turnsLeft = 1;
        channel.writeInbound(bytes(SLICE + 5));
        int before = reader.turns;

        reader.wantTurns(channel, Integer.MAX_VALUE);
        assertThat(reader.slices).containsExactly(SLICE, 5);
        assertThat(reader.turns).isEqualTo(before + 1);
    }

    @Test
    void whatIsHeldIsReleasedWithTheConnection() {
        reader.turnsLeft = 1;
        ByteBuf large = bytes(3 * SLICE);
        ByteBuf behind = bytes(1);
        channel.writeInbound(large, behind);
        assertThat(large.refCnt()).isPositive();

        channel.close();

        assertThat(large.refCnt()).isZero();
        assertThat(behind.refCnt()).isZero();
        assertThat(reader.slices).containsExactly(SLICE);
    }

    @Test
    void asksTheSocketOnlyWhenNothingIsHeld() {
        reader.turnsLeft = 1;
        channel.writeInbound(bytes(3 * SLICE));
        asked.times = 0;

        reader.wantTurns(channel, 1);
        assertThat(reader.slices).hasSize(2);
        assertThat(asked.times).isZero();

        reader.wantTurns(channel, Integer.MAX_VALUE);
        assertThat(reader.slices).hasSize(3);
        assertThat(asked.times).isPositive();
    }

    @Property(tries = 500)
    void whateverComesArrivesWholeAndInOrder(
            @ForAll @Size(max = 20) List<@IntRange(min = 1, max = 3 * SLICE) Integer> sizes,
            @ForAll @Size(min = 1, max = 10) List<@IntRange(min = 1, max = 4) Integer> turns) {
        Reader reader = new Reader();
        EmbeddedChannel channel = new EmbeddedChannel(new InboundSlices(), reader);
        ByteBuf sent = Unpooled.buffer();
        int next = 0;
        for (int size : sizes) {
            ByteBuf bytes = bytes(size);
            sent.writeBytes(bytes.duplicate());
            channel.writeInbound(bytes);
            if (!channel.config().isAutoRead() || next == 0) {
                reader.wantTurns(channel, turns.get(next++ % turns.size()));
            }
        }
        reader.wantTurns(channel, Integer.MAX_VALUE);

        assertThat(reader.bytes).isEqualTo(sent);
        assertThat(reader.slices).allMatch(size -> size <= SLICE);
    }
}
