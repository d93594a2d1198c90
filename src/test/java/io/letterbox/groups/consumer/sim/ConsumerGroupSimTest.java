package io.letterbox.groups.consumer.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.groups.consumer.BenchMember;
import io.letterbox.groups.consumer.ClassicBenchMember;
import io.letterbox.groups.consumer.GroupBench;
import io.letterbox.log.sim.Seeds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.Assignment;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.DescribedGroup;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.Member;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/**
 * Random members of a consumer group. No partition is read by two of the group's members, epochs only grow, and when
 * all members are quiet each partition has one reader, and the numbers of partitions differ by at most one.
 */
class ConsumerGroupSimTest {
    private static final int STEPS = 250;
    private static final int QUIET_ROUNDS = 40;

    @Test
    void noPartitionEverHasTwoOwners() throws Exception {
        Seeds.forEach(ConsumerGroupSimTest.class, seed -> new Run(seed).run());
    }

    private static final class Run {
        private final Random random;
        private final GroupBench bench = new GroupBench();
        private final List<BenchMember> modern = new ArrayList<>();
        private final List<ClassicBenchMember> classic = new ArrayList<>();
        private final Map<String, Integer> epochs = new HashMap<>();
        private int groupEpoch;
        private int born;

        Run(long seed) {
            random = new Random(seed);
            bench.topic("t", 1 + random.nextInt(8));
            bench.topic("u", 1 + random.nextInt(5));
        }

        void run() {
            for (int step = 0; step < STEPS; step++) {
                act();
                check();
            }
            becomeQuiet();
        }

        private void act() {
            int choice = random.nextInt(100);
            if (choice < 12 && modern.size() + classic.size() < 8) come();
            else if (choice < 16) leave();
            else if (choice < 18) vanish();
            else if (choice < 21) grow();
            else if (choice < 24) bench.restart();
            else if (choice < 40) bench.advance(random.nextInt(6000));
            else if (choice < 41) bench.advance(50_000);
            else if (choice < 46) loseAnswer();
            else if (choice < 60 && !classic.isEmpty() && hostsGuests())
                any(classic).work();
            else if (!modern.isEmpty()) work(any(modern));
        }

        private <T> T any(List<T> list) {
            return list.get(random.nextInt(list.size()));
        }

        private void come() {
            if (!hostsGuests() || random.nextInt(3) > 0) {
                BenchMember member = new BenchMember(bench, "g", "m" + born++, "t", "u");
                if (random.nextInt(4) == 0) member.named("static-" + born);
                modern.add(member);
                return;
            }
            ClassicBenchMember member = new ClassicBenchMember(bench, "g", random.nextBoolean(), "t", "u");
            if (member.joinAndSync() == Errors.NONE) classic.add(member);
        }

        private void work(BenchMember member) {
            if (random.nextInt(3) > 0) member.revoke();
            Errors error = member.beat();
            assertThat(error)
                    .isIn(
                            Errors.NONE,
                            Errors.UNKNOWN_MEMBER_ID,
                            Errors.FENCED_MEMBER_EPOCH,
                            Errors.UNRELEASED_INSTANCE_ID);
        }

        private void leave() {
            if (!modern.isEmpty() && random.nextBoolean()) {
                modern.remove(random.nextInt(modern.size())).leave(-1);
            } else if (!classic.isEmpty()) {
                classic.remove(random.nextInt(classic.size())).leave();
            }
        }

        /** Whether classic members can join the consumer group: an empty one would become a classic group. */
        private boolean hostsGuests() {
            DescribedGroup group = bench.describe("g");
            return group.errorCode() == 0 && !group.members().isEmpty();
        }

        private void vanish() {
            if (!modern.isEmpty() && random.nextBoolean()) modern.remove(random.nextInt(modern.size()));
            else if (!classic.isEmpty()) classic.remove(random.nextInt(classic.size()));
        }

        private void grow() {
            String name = random.nextBoolean() ? "t" : "u";
            bench.topic(name, Math.min(20, bench.partitions(name) + 1 + random.nextInt(2)));
        }

        private void loseAnswer() {
            if (!modern.isEmpty()) bench.heartbeat(any(modern).request());
        }

        private void check() {
            DescribedGroup group = bench.describe("g");
            if (group.errorCode() != 0) {
                groupEpoch = 0;
                epochs.clear();
                return;
            }
            assertThat(group.groupEpoch()).isGreaterThanOrEqualTo(groupEpoch);
            groupEpoch = group.groupEpoch();
            assertThat(group.assignmentEpoch()).isLessThanOrEqualTo(groupEpoch);
            Set<String> present = new HashSet<>();
            Set<TopicPartition> assigned = new HashSet<>();
            for (Member member : group.members()) {
                present.add(member.memberId());
                each(member.assignment(), partition -> assertThat(assigned.add(partition))
                        .as("%s is assigned once", partition)
                        .isTrue());
            }
            checkReaders(present);
        }

        /** Checks that no two members read one partition, except members that were removed and do not know it yet. */
        private void checkReaders(Set<String> present) {
            Map<TopicPartition, String> readers = new HashMap<>();
            for (BenchMember member : modern) {
                if (!present.contains(member.id())) continue;
                member.owned().forEach((topic, partition) -> reads(readers, named(topic, partition), member.id()));
                if (member.epoch() == 0) epochs.remove(member.id());
                else assertThat(member.epoch()).isGreaterThanOrEqualTo(epochs.getOrDefault(member.id(), 0));
                epochs.put(member.id(), member.epoch());
            }
            for (ClassicBenchMember member : classic) {
                if (!present.contains(member.id())) continue;
                for (TopicPartition partition : member.owned()) reads(readers, partition, member.id());
            }
        }

        private static void reads(Map<TopicPartition, String> readers, TopicPartition partition, String memberId) {
            assertThat(readers.put(partition, memberId))
                    .as("%s is read by %s and", partition, memberId)
                    .isNull();
        }

        private TopicPartition named(Uuid topic, int partition) {
            String name = topic.equals(bench.topicId("t")) ? "t" : "u";
            return new TopicPartition(name, partition);
        }

        private static void each(Assignment assignment, Consumer<TopicPartition> visitor) {
            assignment.topicPartitions().forEach(topic -> topic.partitions()
                    .forEach(partition -> visitor.accept(new TopicPartition(topic.topicName(), partition))));
        }

        private void becomeQuiet() {
            if (modern.isEmpty()) modern.add(new BenchMember(bench, "g", "last", "t", "u"));
            bench.advance(GroupBench.SESSION_MS);
            for (int round = 0; round < QUIET_ROUNDS; round++) {
                for (BenchMember member : modern) {
                    member.revoke();
                    member.beat();
                }
                if (hostsGuests()) for (ClassicBenchMember member : classic) member.work();
                bench.advance(GroupBench.HEARTBEAT_MS);
                check();
            }
            DescribedGroup group = bench.describe("g");
            assertThat(group.groupState()).isEqualTo("Stable");
            assertThat(group.members()).hasSize(modern.size() + classic.size());
            List<Integer> sizes = new ArrayList<>();
            modern.forEach(member -> sizes.add(member.owned().size()));
            classic.forEach(member -> sizes.add(member.owned().size()));
            int all = bench.partitions("t") + bench.partitions("u");
            assertThat(sizes.stream().mapToInt(size -> size).sum()).isEqualTo(all);
            int max = sizes.stream().mapToInt(size -> size).max().orElse(0);
            int min = sizes.stream().mapToInt(size -> size).min().orElse(0);
            assertThat(max - min).isLessThanOrEqualTo(1);
            DescribedGroup before = bench.describe("g");
            bench.restart();
            assertThat(bench.describe("g")).isEqualTo(before);
        }
    }
}
