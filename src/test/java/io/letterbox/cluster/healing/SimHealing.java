package io.letterbox.cluster.healing;

import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.NodeImage;
import io.letterbox.metadata.ReplicaId;
import io.letterbox.metadata.ShardImage;
import io.letterbox.storage.replica.LogPosition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/**
 * One shard on nodes whose disks fail, in virtual time, from one seed. Raft is what it promises: a change of members
 * needs a majority of the old and of the new ones, a new member has to run, and every entry is on a majority.
 */
final class SimHealing {
    private static final int NODES = 3;
    private static final int STEP_MS = 100;

    private final Random random;
    private final List<Machine> machines = new ArrayList<>();
    private final Map<Integer, NodeImage> registered = new TreeMap<>();
    private final Healing healing = new Healing();
    private final Map<Integer, NodeReport> reports = new HashMap<>();
    private final List<HealingStep> late = new ArrayList<>();
    private List<ReplicaId> replicas = new ArrayList<>();
    private Set<ReplicaId> members = new HashSet<>();

    /** What each member promised since it became one: it has to remember that, or not to run. */
    private final Map<ReplicaId, Long> promised = new HashMap<>();

    private long promises;
    private long committed;
    private long term = 1;
    private int leader = -1;
    private long nowMs;
    private int disks;
    int healed;

    final class Machine {
        private final int node;
        private ReplicaId self;
        private boolean up = true;
        private int fresh;

        // The disk.
        private RepairPhase phase;
        private boolean opened;
        private boolean hasFiles;
        private long remembers;
        private long data;
        /** What it promised cannot be read. */
        private boolean damaged;

        // The process.
        private ReplicaRepair repair;
        private boolean open;
        private RepairView.Fault fault;

        Machine(int node) {
            this.node = node;
            exchange();
        }

        private void exchange() {
            self = new ReplicaId(node, new UUID(++disks, node));
            phase = new RepairPhase.Sound();
            opened = false;
            hasFiles = false;
            remembers = 0;
            data = 0;
            damaged = false;
            start();
        }

        private void start() {
            up = true;
            repair = new ReplicaRepair();
            open = false;
            fault = null;
            fresh++;
        }

        private void stop() {
            up = false;
            open = false;
            if (leader == node) leader = -1;
        }

        private RepairView view() {
            List<Integer> sources = new ArrayList<>();
            for (Machine other : machines) if (other != this && other.votes()) sources.add(other.node);
            // Whether this disk was among the first.
            boolean begins = self.directory().getMostSignificantBits() <= NODES;
            RepairView.Kept gone = opened ? RepairView.Kept.GONE : RepairView.Kept.NEVER_OPENED;
            RepairView.Kept kept = hasFiles ? RepairView.Kept.THERE : gone;
            return new RepairView(replicas.contains(self), begins, phase, open, kept, fault, leader, sources);
        }

        /** Runs as a member. */
        boolean votes() {
            return up && open && members.contains(self);
        }

        private void step() {
            RepairStep step = repair.step(view(), nowMs);
            if (step instanceof RepairStep.Rest) return;
            if (random.nextInt(4) == 0 && !calm) repair.failed(nowMs);
            else if (perform(step)) repair.done();
            else repair.failed(nowMs);
        }

        private boolean perform(RepairStep step) {
            if (step instanceof RepairStep.Open begin) return open(begin.beginning());
            if (step instanceof RepairStep.Withdraw withdraw) {
                open = false;
                if (leader == node) leader = -1;
                phase = withdraw.phase();
            } else if (step instanceof RepairStep.AskWhetherMember) {
                // A leader answers only with a majority.
                if (leader < 0 || members.contains(self)) return false;
                phase = new RepairPhase.Vacant("lost");
            } else if (step instanceof RepairStep.Copy copy) {
                Machine from = machines.get(copy.from() - 1);
                if (!from.votes() || random.nextInt(3) == 0) return false;
                // The checkpoint of another replica may be old.
                phase = new RepairPhase.Copied(copy.keepsVote(), new LogPosition(1, from.data));
            } else if (step instanceof RepairStep.Place place) {
                long index = place.copied().position().index();
                data = place.copied().keepsVote() ? Math.max(data, index) : index;
                if (!place.copied().keepsVote()) {
                    remembers = 0;
                    hasFiles = false;
                    damaged = false;
                }
                phase = place.copied().keepsVote() ? new RepairPhase.Sound() : new RepairPhase.Placed();
                fault = null;
            }
            return true;
        }

        private boolean open(RepairStep.Beginning beginning) {
            if (open) {
                if (members.contains(self)) phase = new RepairPhase.Sound();
                return members.contains(self);
            }
            if (damaged) {
                fault = new RepairView.Fault(RepairView.Kind.PROMISES_LOST, "it cannot be read");
                return false;
            }
            if (beginning == RepairStep.Beginning.NEW) {
                remembers = promised.getOrDefault(self, 0L);
                opened = true;
                hasFiles = true;
            } else if (beginning == RepairStep.Beginning.COPIED) {
                opened = true;
                hasFiles = true;
            }
            open = true;
            fault = null;
            return true;
        }

        private NodeReport report() {
            List<GroupReport> led = new ArrayList<>();
            if (leader == node) {
                Set<ReplicaId> inTouch = new HashSet<>();
                for (Machine each : machines) if (each.votes()) inTouch.add(each.self);
                led.add(new GroupReport(0, term, new GroupMembers(members, Set.of()), false, inTouch));
            }
            ReplicaCondition condition = ReplicaRepair.condition(view(), members.contains(self), data, 0, 0);
            return new NodeReport(self, nowMs, led, Map.of(0, condition));
        }
    }

    private boolean calm;

    SimHealing(long seed) {
        random = new Random(seed);
        for (int node = 1; node <= NODES; node++) machines.add(new Machine(node));
        for (Machine each : machines) {
            replicas.add(each.self);
            members.add(each.self);
            promised.put(each.self, ++promises);
            register(each);
        }
    }

    private void register(Machine machine) {
        NodeImage before = registered.get(machine.node);
        List<UUID> former = new ArrayList<>();
        if (before != null) {
            if (before.replica().equals(machine.self)) return;
            former.addAll(before.member().former());
            former.add(before.replica().directory());
        }
        registered.put(machine.node, HealingTest.node(machine.self, former));
    }

    void chaos(int steps) {
        for (int i = 0; i < steps; i++) {
            if (random.nextInt(20) == 0) trouble();
            step();
        }
    }

    void calm() {
        calm = true;
        for (Machine each : machines) if (!each.up) each.start();
        for (int i = 0; i < 3_000 && !isWell(); i++) step();
    }

    boolean isWell() {
        if (!members.equals(new HashSet<>(replicas)) || !late.isEmpty()) return false;
        return machines.stream()
                .allMatch(each -> each.votes() && each.data == committed && replicas.contains(each.self));
    }

    /** Only where the others are a majority that has everything; else what is lost is lost, as it must be. */
    private void trouble() {
        Machine victim = machines.get(random.nextInt(NODES));
        List<Machine> others = machines.stream().filter(each -> each != victim).toList();
        boolean spare = others.stream().allMatch(each -> each.votes() && each.data == committed)
                && 2 * others.size() > members.size();
        switch (random.nextInt(6)) {
            case 0 -> victim.stop();
            case 1 -> {
                if (!victim.up) victim.start();
            }
            case 2 -> {
                if (!spare) return;
                victim.stop();
                victim.exchange();
                healed++;
            }
            case 3 -> {
                if (!spare || !victim.up || !(victim.phase instanceof RepairPhase.Sound)) return;
                victim.stop();
                victim.hasFiles = false;
                victim.remembers = 0;
                victim.data = 0;
                victim.start();
                healed++;
            }
            case 4 -> {
                if (!spare || !victim.open) return;
                victim.fault = new RepairView.Fault(RepairView.Kind.PROMISES_LOST, "a force failed");
                victim.damaged = true;
                victim.remembers = 0;
                victim.open = false;
                if (leader == victim.node) leader = -1;
            }
            default -> {
                if (!spare || !victim.open) return;
                victim.fault = new RepairView.Fault(RepairView.Kind.LOGS_DAMAGED, "a bit has flipped");
                victim.open = false;
                if (leader == victim.node) leader = -1;
            }
        }
    }

    private void step() {
        nowMs += STEP_MS;
        elect();
        if (leader > 0) replicate();
        for (Machine each : machines) {
            if (!each.up) continue;
            if (leader > 0 && random.nextInt(3) == 0) register(each);
            each.step();
            if (calm || random.nextInt(3) > 0) reports.put(each.fresh * 10 + each.node, each.report());
        }
        reports.values().removeIf(report -> nowMs - report.atMs() > 2 * Healing.FRESH_MS);
        plan();
        hold();
    }

    private void elect() {
        if (leader > 0 && hasMajority(members) && machines.get(leader - 1).votes()) return;
        leader = -1;
        if (!hasMajority(members)) return;
        // Only one that has everything is elected.
        for (Machine each : machines) {
            if (!each.votes() || each.data < committed) continue;
            leader = each.node;
            term++;
            return;
        }
    }

    private boolean hasMajority(Set<ReplicaId> of) {
        return 2
                        * machines.stream()
                                .filter(each -> each.up && each.open && of.contains(each.self))
                                .count()
                > of.size();
    }

    private void replicate() {
        committed++;
        for (Machine each : machines) if (each.votes()) each.data = committed;
    }

    private void plan() {
        if (leader < 0) return;
        ClusterImage image =
                HealingTest.image(Map.copyOf(registered), List.of(new ShardImage(0, List.copyOf(replicas), 0)));
        late.addAll(healing.plan(image, reports.values(), nowMs).steps());
        while (!late.isEmpty() && (calm || random.nextInt(3) > 0)) {
            HealingStep step = late.remove(random.nextInt(late.size()));
            if (!calm && random.nextInt(4) == 0) healing.failed(step);
            else perform(step);
            // A request may come twice.
            if (!calm && random.nextInt(10) == 0) late.add(step);
        }
    }

    private void perform(HealingStep step) {
        if (step instanceof HealingStep.Reassign reassign) {
            int at = replicas.indexOf(reassign.from());
            if (at >= 0) replicas.set(at, reassign.to());
            return;
        }
        HealingStep.ChangeMembers change = (HealingStep.ChangeMembers) step;
        Set<ReplicaId> next = change.wanted().voters();
        boolean takes = members.equals(change.expected().voters()) && hasMajority(members) && hasMajority(next);
        Set<ReplicaId> added = new HashSet<>(next);
        added.removeAll(members);
        for (Machine each : machines) if (added.remove(each.self)) takes &= each.up && each.open;
        if (!takes || !added.isEmpty()) {
            healing.failed(step);
            return;
        }
        for (Machine each : machines) {
            if (members.contains(each.self) || !next.contains(each.self)) continue;
            each.remembers = ++promises;
            promised.put(each.self, promises);
            // It is brought up to date before it counts.
            each.data = committed;
        }
        members = new HashSet<>(next);
        if (leader > 0 && !members.contains(machines.get(leader - 1).self)) leader = -1;
    }

    /** What has to be true at any moment. */
    private void hold() {
        int whole = 0;
        for (Machine each : machines) {
            if (members.contains(each.self) && each.data == committed) whole++;
            if (each.votes() && each.remembers != promised.getOrDefault(each.self, 0L))
                throw new AssertionError("node " + each.node + " votes and has forgotten what it promised");
        }
        if (machines.stream().noneMatch(each -> each.data == committed))
            throw new AssertionError("what was committed is lost");
        if (leader > 0 && 2 * whole <= members.size()) throw new AssertionError("a majority lacks what was committed");
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("at " + nowMs + " ms, leader " + leader + ", members " + members.size());
        for (Machine each : machines) {
            text.append("; node ")
                    .append(each.node)
                    .append(each.up ? " up " : " down ")
                    .append(each.phase);
            text.append(each.open ? " open" : " closed").append(members.contains(each.self) ? " member" : "");
        }
        return text.toString();
    }
}
