package io.letterbox.groups.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.groups.GroupCommand;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.Member;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Streams are members for as long as the process that serves them, wherever the coordinator of their group is. */
class StreamMembersTest {
    private static final UUID UNIQUE = UUID.fromString("0b54cdf3-6a53-4b1c-9e62-7c9f0a1b2c3d");

    private final GroupBench bench = new GroupBench();

    @BeforeEach
    void topic() {
        bench.topic("t", 4);
    }

    private BenchMember stream(int node, long epoch) {
        BenchMember member =
                new BenchMember(bench, "g", new StreamMemberId(node, epoch, new UUID(node, epoch)).text(), "t");
        assertThat(member.beat()).isEqualTo(Errors.NONE);
        return member;
    }

    private List<String> members() {
        return bench.describe("g").members().stream().map(Member::memberId).toList();
    }

    @Test
    void aCoordinatorThatStartsAnewKeepsTheStreamsOfALivingNode() {
        BenchMember stream = stream(1, bench.register(1));
        BenchMember consumer = new BenchMember(bench, "g", "consumer", "t");
        BenchMember.settle(List.of(stream, consumer));
        int epoch = stream.epoch();

        bench.restart();

        assertThat(members()).containsExactlyInAnyOrder(stream.id(), "consumer");
        assertThat(stream.beat()).isEqualTo(Errors.NONE);
        assertThat(stream.epoch()).isEqualTo(epoch);
        assertThat(stream.owned().size()).isEqualTo(2);
    }

    @Test
    void whenANodeEndsItsStreamsGoAtOnceAndOneThatGoesOnJoinsAgain() {
        BenchMember there = stream(1, bench.register(1));
        BenchMember elsewhere = stream(2, bench.register(2));
        BenchMember consumer = new BenchMember(bench, "g", "consumer", "t");
        BenchMember.settle(List.of(there, elsewhere, consumer));

        bench.send(new GroupCommand.NodeEnded(1));

        assertThat(members()).containsExactlyInAnyOrder(elsewhere.id(), "consumer");
        BenchMember.settle(List.of(elsewhere, consumer));
        assertThat(elsewhere.owned().size() + consumer.owned().size()).isEqualTo(4);
        assertThat(there.beat()).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
    }

    @Test
    void whenANodeStartsAgainItsFormerStreamsGoAtOnce() {
        BenchMember former = stream(1, bench.register(1));
        BenchMember elsewhere = stream(2, bench.register(2));
        BenchMember consumer = new BenchMember(bench, "g", "consumer", "t");
        BenchMember.settle(List.of(former, elsewhere, consumer));

        long epoch = bench.register(1);

        assertThat(members()).containsExactlyInAnyOrder(elsewhere.id(), "consumer");
        assertThat(former.beat()).isEqualTo(Errors.UNKNOWN_MEMBER_ID);
        BenchMember next = stream(1, epoch);
        BenchMember.settle(List.of(elsewhere, consumer, next));
        bench.topic("other", 1);
        assertThat(members()).containsExactlyInAnyOrder(elsewhere.id(), "consumer", next.id());
    }

    @Test
    void whereNodeAndCoordinatorStartAgainTogetherTheFormerStreamsGoWithTheRegistration() {
        BenchMember former = stream(1, bench.register(1));

        bench.restart();
        assertThat(members()).containsExactly(former.id());
        bench.register(1);

        assertThat(members()).isEmpty();
    }

    @Test
    void aStreamThatDiesWithItsNodeForGoodEndsWithItsSession() {
        stream(1, bench.register(1));

        bench.advance(GroupBench.SESSION_MS - 1);
        assertThat(members()).hasSize(1);
        bench.advance(1);

        assertThat(members()).isEmpty();
    }

    /** So wrote servers of one node: at their end all of their streams had ended. */
    @Test
    void streamsWhoseIdsNameNoNodeGoWhenTheCoordinatorStarts() {
        bench.register(1);
        BenchMember old = new BenchMember(bench, "g", "sse-" + UNIQUE, "t");
        old.beat();
        BenchMember similar = new BenchMember(bench, "g", "sse-of-somebody-else", "t");
        similar.beat();

        bench.restart();

        assertThat(members()).containsExactly("sse-of-somebody-else");
    }

    @Test
    void anIdSaysWhatItWasMadeOf() {
        for (StreamMemberId id : List.of(
                new StreamMemberId(0, 0, UNIQUE),
                new StreamMemberId(999_999_999, 999_999_999_999_999_999L, UNIQUE),
                new StreamMemberId(-1, 0, UNIQUE))) {
            assertThat(StreamMemberId.of(id.text())).isEqualTo(id);
        }
        for (String other : List.of("", "sse-", "consumer", "sse-1-2-x", "sse-1-" + UNIQUE, "SSE-" + UNIQUE)) {
            assertThat(StreamMemberId.of(other)).as(other).isNull();
        }
        assertThat(new StreamMemberId(1, 5, UNIQUE).hasEnded(Map.of())).isFalse();
    }
}
