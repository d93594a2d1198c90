package io.letterbox.cluster.birth;

import io.letterbox.cluster.BirthReport;
import io.letterbox.cluster.Founder;
import io.letterbox.cluster.NodeIdentity;
import io.letterbox.cluster.Peer;
import io.letterbox.cluster.Probe;
import io.letterbox.cluster.Sighting;
import io.letterbox.cluster.TestPeers;
import io.letterbox.metadata.Endpoint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;

/** Machines with disks and processes, in virtual time, from one seed. */
final class SimBirth {
    private static final int TICK_MS = 200;
    private static final int MAX_LATE_MS = 4_000;

    private final Random random;
    private final boolean exchanges;
    private final List<Integer> initialNodes;
    private final List<Machine> machines = new ArrayList<>();
    private final List<SimDirectory> disks = new ArrayList<>();
    private final PriorityQueue<Arrival> arrivals = new PriorityQueue<>();
    private boolean calm;
    private boolean saidExchanged;
    private long nowMs;
    private long count;

    /** An answer on its way: what it says was true when it was given. */
    private record Arrival(long atMs, long number, Machine to, long incarnation, Machine from, Probe probe)
            implements Comparable<Arrival> {
        @Override
        public int compareTo(Arrival other) {
            return atMs != other.atMs ? Long.compare(atMs, other.atMs) : Long.compare(number, other.number);
        }
    }

    /** A data directory: what is in it outlives processes. */
    static final class SimDirectory {
        private final UUID id;
        private Membership membership;

        SimDirectory(UUID id) {
            this.id = id;
        }

        Membership membership() {
            return membership;
        }

        boolean isBorn(UUID cluster) {
            return membership != null
                    && membership.phase() == io.letterbox.cluster.BirthPhase.BORN
                    && membership.clusterId().equals(cluster);
        }

        void write(Membership next) {
            if (membership != null && !membership.clusterId().equals(next.clusterId())) {
                throw new IllegalStateException("a directory goes from one cluster to another");
            }
            membership = next;
        }
    }

    final class Machine {
        private final int node;
        private final Endpoint address;
        private final List<SimDirectory> owned = new ArrayList<>();
        private SimDirectory disk;
        private Birth process;
        private NodeIdentity identity;
        private BirthReport report;
        private List<String> sentences = List.of();
        private final Map<Endpoint, Sighting> sightings = new HashMap<>();

        Machine(int node) {
            this.node = node;
            this.address = new Endpoint("node" + node, 7001);
            exchange();
        }

        int node() {
            return node;
        }

        boolean isMember() {
            return disk.membership != null && disk.membership.phase().isMember();
        }

        List<String> sentences() {
            return sentences;
        }

        void exchange() {
            if (owned.size() > 1 && random.nextBoolean()) {
                disk = owned.get(random.nextInt(owned.size()));
                return;
            }
            disk = new SimDirectory(new UUID(node, disks.size() + 1));
            owned.add(disk);
            disks.add(disk);
        }

        void start() {
            identity = new NodeIdentity(node, disk.id, ++count);
            process = new Birth(new BirthSelf(identity, initialNodes, false), disk.membership);
            report = disk.membership == null ? BirthReport.SEEKING : disk.membership.report();
            sightings.clear();
        }

        void stop() {
            process = null;
        }

        Probe probe() {
            return new Probe(
                    new Peer(identity, TestPeers.addresses(node), "", "1.0"), initialNodes, report, 0, List.of());
        }

        void tick() {
            if (process == null) return;
            BirthStep step = process.step(sightings.values(), nowMs);
            sentences = step.sentences();
            saidExchanged |= sentences.stream().anyMatch(sentence -> sentence.contains("was exchanged while"));
            if (step.write() != null) {
                int crash = calm ? 9 : random.nextInt(10);
                if (crash > 0) disk.write(step.write());
                if (crash <= 1) {
                    stop();
                    return;
                }
                process.wrote(step.write());
            }
            report = step.report();
        }

        void ask(Machine other) {
            if (process == null || other.process == null) return;
            if (!calm && random.nextInt(4) == 0) return;
            long lateMs = calm ? 1 : random.nextInt(10) == 0 ? random.nextInt(MAX_LATE_MS) : random.nextInt(20);
            arrivals.add(new Arrival(nowMs + lateMs, ++count, this, identity.incarnation(), other, other.probe()));
        }
    }

    SimBirth(long seed, boolean exchanges) {
        this.random = new Random(seed);
        this.exchanges = exchanges;
        int size = 2 + random.nextInt(3);
        initialNodes = IntStream.rangeClosed(1, size).boxed().toList();
        for (int node : initialNodes) machines.add(new Machine(node));
    }

    /** Some seconds in which anything may happen. */
    void chaos() {
        for (int round = random.nextInt(200); round > 0; round--) {
            Machine machine = machines.get(random.nextInt(machines.size()));
            if (machine.process == null) {
                if (random.nextInt(3) == 0) machine.start();
            } else if (random.nextInt(15) == 0) {
                machine.stop();
                if (exchanges && random.nextInt(3) == 0) machine.exchange();
            }
            turn();
            BirthSimTest.hold(this);
        }
    }

    /** All processes run, and nothing goes wrong any more. */
    void calm() {
        calm = true;
        for (int round = 0; round < 100; round++) {
            for (Machine machine : machines) {
                if (machine.process == null) machine.start();
            }
            turn();
        }
    }

    private void turn() {
        for (Machine machine : machines) {
            for (Machine other : machines) {
                if (other != machine) machine.ask(other);
            }
        }
        nowMs += TICK_MS;
        while (!arrivals.isEmpty() && arrivals.peek().atMs <= nowMs) {
            Arrival arrival = arrivals.poll();
            Machine to = arrival.to;
            if (to.process == null || to.identity.incarnation() != arrival.incarnation) continue;
            Endpoint address = arrival.from.address;
            to.sightings.put(address, new Sighting(address, arrival.probe, nowMs, 0, List.of()));
        }
        machines.forEach(Machine::tick);
    }

    List<Machine> machines() {
        return machines;
    }

    List<SimDirectory> disks() {
        return disks;
    }

    SimDirectory disk(Founder founder) {
        return disks.stream()
                .filter(disk -> disk.id.equals(founder.directoryId()))
                .findFirst()
                .orElseThrow();
    }

    List<Integer> initialNodes() {
        return initialNodes;
    }

    boolean saidThatADiskWasExchanged() {
        return saidExchanged;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (Machine machine : machines) {
            text.append("node ").append(machine.node).append(": ").append(machine.disk.membership);
            text.append(' ').append(machine.sentences).append("; ");
        }
        return text.toString();
    }
}
