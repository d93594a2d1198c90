package io.letterbox.groups.classic.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.groups.GroupCommand;
import io.letterbox.groups.GroupView;
import io.letterbox.groups.TestGroups;
import io.letterbox.log.sim.Seeds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Random members of a classic group. No partition has two readers in one generation, assigned generations only grow, a
 * successful commit is never lost, a replay of the log restores the same group, and when all members are quiet, every
 * partition is read.
 */
class ClassicGroupSimTest {
    private static final String GROUP = "g";
    private static final int STEPS = 400;
    private static final int QUIET_MS = 300_000;

    @Test
    void whatMembersDoNeverConfusesTheGroup() throws Exception {
        Seeds.forEach(ClassicGroupSimTest.class, seed -> new Run(seed).run());
    }

    private static final class Run {
        private final Random random;
        private final TestGroups groups = new TestGroups();
        private final List<SimMember> members = new ArrayList<>();
        private final Map<Integer, Map<Integer, String>> readers = new HashMap<>();
        private int newestGeneration;
        private long committed = -1;

        Run(long seed) {
            random = new Random(seed);
            int count = 1 + random.nextInt(5);
            for (int number = 0; number < count; number++) {
                String instance = random.nextInt(3) == 0 ? "static-" + number : null;
                members.add(new SimMember(groups, GROUP, instance));
            }
        }

        void run() {
            for (int step = 0; step < STEPS; step++) {
                act(members.get(random.nextInt(members.size())));
                check();
            }
            becomeQuiet();
        }

        private void act(SimMember member) {
            switch (random.nextInt(14)) {
                case 0 -> member.leave();
                case 1 -> member.crash();
                case 2 -> member.disconnect();
                case 3 -> {
                    if (member.isStable()) member.join();
                }
                case 4, 5 -> commit(member);
                case 6 -> groups.pass(random.nextInt(TestGroups.SESSION_MS));
                case 7 -> restart();
                case 8 -> {
                    boolean refuses = random.nextBoolean();
                    groups.refusal = refuses ? new ApiException(ErrorCode.DISK_FULL, "full") : null;
                }
                case 9, 10 -> {
                    groups.pass(random.nextInt(1000));
                    members.forEach(SimMember::heartbeat);
                }
                default -> {
                    groups.pass(random.nextInt(100));
                    members.forEach(SimMember::step);
                }
            }
        }

        private void commit(SimMember member) {
            if (!member.isStable() || groups.refusal != null) return;
            if (member.commit(committed + 1)) committed++;
        }

        /** Restarts: a new coordinator replays the log, and members repeat their pending requests. */
        private void restart() {
            List<GroupView> before = views();
            groups.restart();
            members.forEach(SimMember::disconnect);
            assertSame(before, views());
        }

        private void assertSame(List<GroupView> before, List<GroupView> after) {
            if (before.isEmpty()) return;
            assertThat(after.isEmpty() ? null : after.get(0).offsets().values().toString())
                    .isEqualTo(
                            after.isEmpty()
                                    ? null
                                    : before.get(0).offsets().values().toString());
            // During a rebalance the log still has the last assignment, and refused writes are not in it.
            if (groups.refusal != null || !before.get(0).state().equals("Stable")) return;
            assertThat(after).isEqualTo(before);
        }

        private List<GroupView> views() {
            GroupView view = groups.ask(new GroupCommand.ViewGroup(GROUP)).get();
            return view == null ? List.of() : List.of(view);
        }

        private void check() {
            for (SimMember member : members) {
                if (!member.isStable()) continue;
                int generation = member.generation();
                Map<Integer, String> byPlace = readers.computeIfAbsent(generation, g -> new HashMap<>());
                for (int place : member.places()) {
                    String other = byPlace.putIfAbsent(place, name(member));
                    assertThat(other == null || other.equals(name(member)))
                            .as("place %s of generation %s: %s and %s", place, generation, other, name(member))
                            .isTrue();
                }
            }
            List<GroupView> group = views();
            if (!group.isEmpty() && group.get(0).state().equals("Stable")) {
                assertThat(group.get(0).generation()).isGreaterThanOrEqualTo(newestGeneration);
                newestGeneration = group.get(0).generation();
            }
            assertThat(groups.offset(GROUP)).isEqualTo(committed);
        }

        /** The name by which a member is recognised: a static member keeps its instance id over restarts. */
        private String name(SimMember member) {
            return member.isStatic() ? "static " + members.indexOf(member) : member.memberId();
        }

        private void becomeQuiet() {
            groups.refusal = null;
            members.forEach(SimMember::disconnect);
            for (int passed = 0; passed < QUIET_MS; passed += 1000) {
                groups.pass(1000);
                members.forEach(SimMember::heartbeat);
                members.forEach(SimMember::step);
                check();
            }
            GroupView group = views().get(0);
            assertThat(group.state()).isEqualTo("Stable");
            assertThat(group.members()).hasSize(members.size());
            Set<Integer> read = new HashSet<>();
            for (SimMember member : members) {
                assertThat(member.isStable()).isTrue();
                assertThat(member.generation()).isEqualTo(group.generation());
                read.addAll(member.places());
            }
            assertThat(read).hasSize(SimMember.PLACES);
        }
    }
}
