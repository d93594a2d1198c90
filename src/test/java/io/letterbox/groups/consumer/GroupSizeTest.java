package io.letterbox.groups.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMemberMetadataValue;
import org.junit.jupiter.api.Test;

/** A step of one member costs no more because there are many others. */
class GroupSizeTest {
    private static final int STEPS = 200;
    private static final Uuid TOPIC = new Uuid(1, 2);

    private static ConsumerGroup group(int members) {
        ConsumerGroup group = new ConsumerGroup("g");
        for (int number = 0; number < members; number++) {
            String id = id(number);
            ConsumerGroupMemberMetadataValue profile = new ConsumerGroupMemberMetadataValue()
                    .setInstanceId("instance-" + number)
                    .setClientId("client")
                    .setClientHost("/127.0.0.1")
                    .setSubscribedTopicNames(List.of("t"));
            group.putProfile(id, profile);
            group.putTarget(id, partition(number));
            group.putCurrent(id, at(1, number));
        }
        return group;
    }

    private static String id(int number) {
        return "member-" + number;
    }

    private static PartitionSet partition(int number) {
        return new PartitionSet.Builder().add(TOPIC, number).build();
    }

    private static CurrentAssignment at(int epoch, int number) {
        return new CurrentAssignment(epoch, epoch - 1, MemberState.STABLE, partition(number), PartitionSet.EMPTY);
    }

    /** What it takes to try one member's next step on the group, {@link #STEPS} times. */
    private static long bytesOfSteps(ConsumerGroup group) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
        for (int step = 0; step < STEPS; step++) {
            GroupChange change = new GroupChange(group);
            change.add(new ConsumerEvent.Current(id(step), at(2, step)));
            assertThat(change.group().member(id(step)).current().epoch()).isEqualTo(2);
        }
        return threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
    }

    @Test
    void aChangeTriedOnALargeGroupCostsLittleMoreThanOnASmallOne() {
        ConsumerGroup small = group(1_000);
        ConsumerGroup large = group(10_000);
        bytesOfSteps(small);

        assertThat(bytesOfSteps(large)).isLessThan(3 * bytesOfSteps(small));
    }

    @Test
    void whatIsTriedIsNotSeenInTheGroupNorTheOtherWayRound() {
        ConsumerGroup group = group(10);
        long weight = group.weight().bytes();
        GroupChange change = new GroupChange(group);

        change.add(new ConsumerEvent.Regex("r.*", Set.of("red"), 1, 2));
        change.removeMember(id(3));
        change.add(new ConsumerEvent.Epoch(9, 9));

        assertThat(group.size()).isEqualTo(10);
        assertThat(group.owner(TOPIC, 3)).isEqualTo(id(3));
        assertThat(group.staticMember("instance-3")).isNotNull();
        assertThat(group.target(id(3))).isEqualTo(partition(3));
        assertThat(group.regexes()).isEmpty();
        assertThat(group.weight().bytes()).isEqualTo(weight);
        assertThat(change.group().size()).isEqualTo(9);
        assertThat(change.group().owner(TOPIC, 3)).isNull();
        assertThat(change.group().owner(TOPIC, 4)).isEqualTo(id(4));
        assertThat(change.group().staticMember("instance-3")).isNull();
        group.removeMember(id(4));
        assertThat(change.group().member(id(4))).isNotNull();
    }
}
