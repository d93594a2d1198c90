package io.letterbox.cluster.birth;

import static io.letterbox.cluster.TestPeers.addresses;
import static io.letterbox.cluster.TestPeers.identity;
import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.cluster.BirthPhase;
import io.letterbox.cluster.BirthReport;
import io.letterbox.cluster.Founder;
import io.letterbox.cluster.NodeIdentity;
import io.letterbox.cluster.Peer;
import io.letterbox.cluster.Probe;
import io.letterbox.cluster.Sighting;
import io.letterbox.metadata.Endpoint;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BirthTest {
    private static final List<Integer> INITIAL = List.of(1, 2, 3);
    private static final NodeIdentity ONE = identity(1, 1, 1);
    private static final List<Founder> FOUNDERS = IntStream.of(1, 2, 3)
            .mapToObj(node -> new Founder(node, new UUID(node, 1)))
            .toList();
    private static final UUID CLUSTER = Membership.clusterId(FOUNDERS);
    private static final BirthReport READY = new BirthReport(BirthPhase.READY, CLUSTER, FOUNDERS);
    private static final BirthReport VOTED = new BirthReport(BirthPhase.VOTED, CLUSTER, FOUNDERS);
    private static final BirthReport BORN = new BirthReport(BirthPhase.BORN, CLUSTER, FOUNDERS);

    private final Birth birth = new Birth(new BirthSelf(ONE, INITIAL, false), null);

    @Test
    void saysForWhomItWaits() {
        BirthStep step = birth.step(List.of(seen(2, BirthReport.SEEKING)), 0);

        assertThat(step.report()).isEqualTo(BirthReport.SEEKING);
        assertThat(step.write()).isNull();
        assertThat(step.sentences()).singleElement().asString().startsWith("Waits for nodes [3]: no process");
    }

    @Test
    void isReadyWhenItSeesAllAndVotesWhenAllAreReadyForTheSame() {
        BirthStep ready = birth.step(List.of(seen(2, BirthReport.SEEKING), seen(3, READY)), 0);
        assertThat(ready.report()).isEqualTo(READY);
        assertThat(ready.write()).isNull();
        assertThat(ready.sentences()).singleElement().asString().startsWith("Waits until nodes [2] see all others");

        BirthStep vote = birth.step(List.of(seen(2, READY), seen(3, VOTED)), 0);
        assertThat(vote.write().phase()).isEqualTo(BirthPhase.VOTED);
        birth.wrote(vote.write());
        assertThat(birth.step(List.of(seen(2, READY), seen(3, VOTED)), 0).write())
                .isNull();

        BirthStep born = birth.step(List.of(seen(2, VOTED), seen(3, VOTED)), 0);
        assertThat(born.write().phase()).isEqualTo(BirthPhase.BORN);
        assertThat(born.report()).isEqualTo(BORN);
        assertThat(born.sentences()).isEmpty();
    }

    @Test
    void anOldSightingMakesNobodyReadyAndAnOldVoteCounts() {
        List<Sighting> old = List.of(seen(2, VOTED), seen(3, VOTED));
        assertThat(birth.step(old, Birth.FRESH_MS).report()).isEqualTo(VOTED);
        assertThat(birth.step(old, Birth.FRESH_MS + 1).report()).isEqualTo(BirthReport.SEEKING);

        birth.wrote(new Membership(BirthPhase.VOTED, CLUSTER, 1, FOUNDERS));
        assertThat(birth.step(old, Birth.FRESH_MS + 1).write().phase()).isEqualTo(BirthPhase.BORN);
    }

    @Test
    void whoIsThereAlreadyIsProofForWhoHasVotedAndIsJoinedByOthers() {
        assertThat(birth.step(List.of(seen(2, BORN)), 0).sentences())
                .as("its directory is one that the cluster began with, and has forgotten that")
                .singleElement()
                .asString()
                .contains("does not know it any more");

        birth.wrote(new Membership(BirthPhase.VOTED, CLUSTER, 1, FOUNDERS));
        assertThat(birth.step(List.of(seen(2, BORN)), 0).write().phase()).isEqualTo(BirthPhase.BORN);

        Birth exchanged = new Birth(new BirthSelf(identity(1, 9, 1), INITIAL, false), null);
        BirthStep join = exchanged.step(List.of(seen(2, BORN)), 0);
        assertThat(join.write()).isEqualTo(new Membership(BirthPhase.JOINED, CLUSTER, 1, FOUNDERS));

        Birth further = new Birth(new BirthSelf(identity(4, 1, 1), INITIAL, false), null);
        assertThat(further.step(List.of(seen(2, VOTED)), 0).sentences())
                .singleElement()
                .asString()
                .startsWith("Waits for a node of a cluster to join");
        assertThat(further.step(List.of(seen(2, BORN)), 0).write().phase()).isEqualTo(BirthPhase.JOINED);
    }

    @Test
    void oneNodeAloneIsACluster() {
        Birth alone = new Birth(new BirthSelf(ONE, List.of(1), false), null);
        alone.wrote(alone.step(List.of(), 0).write());
        assertThat(alone.step(List.of(), 0).write().phase()).isEqualTo(BirthPhase.BORN);
    }

    @Test
    void saysWhatIsWrongAndWhatWouldBeRight() {
        Sighting two = seen(2, READY);
        Sighting three = seen(3, READY);
        wrong(List.of(two, three, at("elsewhere", two.probe(), 0, List.of())), null);
        wrong(
                List.of(two, three, sighting("elsewhere", identity(2, 9, 1), INITIAL, READY)),
                "Two processes, at node2:7001" + " and elsewhere:7001, say that they are node 2");
        wrong(
                List.of(two, three, sighting("elsewhere", identity(1, 1, 2), INITIAL, READY)),
                "Another process, at" + " elsewhere:7001, says that it is node 1");
        wrong(
                List.of(two, sighting("node3", new NodeIdentity(3, new UUID(1, 1), 1), INITIAL, READY)),
                "Node 3 at" + " node3:7001 has a copy of the data directory of node 1");
        wrong(
                List.of(two, sighting("node3", identity(3, 1, 1), List.of(1, 3), READY)),
                "Node 3 at node3:7001 has" + " cluster.initialNodes [1, 3], and this node has [1, 2, 3]");
        wrong(
                List.of(
                        two,
                        sighting(
                                "node3",
                                identity(3, 1, 1),
                                INITIAL,
                                new BirthReport(BirthPhase.USED, null, List.of()))),
                "The data directory of Node 3 at node3:7001 is not empty");
        wrong(
                List.of(two, at("node3", three.probe(), -61_000, List.of())),
                "The clock of Node 3 at node3:7001 is 61" + " seconds behind");
        wrong(
                List.of(two, at("node3", three.probe(), 0, List.of(new Endpoint("node3", 7002)))),
                "Node 3 at node3:7001" + " cannot be connected to at node3:7002");
        UUID other = new UUID(5, 5);
        wrong(
                List.of(
                        two,
                        sighting(
                                "node3",
                                identity(3, 1, 1),
                                INITIAL,
                                new BirthReport(BirthPhase.VOTED, other, FOUNDERS))),
                "Node 3 at node3:7001 takes part in the forming of a cluster with other data directories");
        wrong(
                List.of(
                        sighting(
                                "node2", identity(2, 1, 1), INITIAL, new BirthReport(BirthPhase.BORN, other, FOUNDERS)),
                        sighting("node3", identity(3, 1, 1), INITIAL, BORN)),
                "The nodes that answer belong to several clusters");
    }

    private void wrong(List<Sighting> sightings, String sentence) {
        BirthStep step = birth.step(sightings, 0);
        if (sentence == null) {
            assertThat(step.sentences()).isEmpty();
            return;
        }
        assertThat(step.write()).isNull();
        assertThat(step.sentences()).singleElement().asString().startsWith(sentence);
    }

    @Test
    void aDirectoryInUseBeginsNoCluster() {
        Birth used = new Birth(new BirthSelf(ONE, INITIAL, true), null);
        BirthStep step = used.step(List.of(seen(2, READY), seen(3, READY)), 0);
        assertThat(step.report().phase()).isEqualTo(BirthPhase.USED);
        assertThat(step.sentences()).singleElement().asString().contains("give node.dataDir one that is empty");
    }

    @Test
    void saysWhichDirectoryWasExchangedInTheMidst() {
        birth.wrote(new Membership(BirthPhase.VOTED, CLUSTER, 1, FOUNDERS));
        BirthStep step = birth.step(
                List.of(seen(2, VOTED), sighting("node3", identity(3, 9, 1), INITIAL, BirthReport.SEEKING)), 0);
        assertThat(step.write()).isNull();
        assertThat(step.sentences())
                .singleElement()
                .asString()
                .startsWith("The data directory of node 3 was exchanged while the cluster was being formed")
                .contains("Bring the former directory back");
    }

    @Test
    void aMemberTellsWhoBelongsElsewhere() {
        birth.wrote(new Membership(BirthPhase.BORN, CLUSTER, 1, FOUNDERS));
        BirthStep step = birth.step(
                List.of(sighting(
                        "node3",
                        identity(3, 9, 1),
                        INITIAL,
                        new BirthReport(BirthPhase.BORN, new UUID(5, 5), FOUNDERS))),
                0);
        assertThat(step.report()).isEqualTo(BORN);
        assertThat(step.sentences()).singleElement().asString().contains("belongs to another cluster");
    }

    @Test
    void clocksAndPortsAreLookedAtForAsLongAsThereIsACluster() {
        Sighting two = seen(2, BORN);
        Sighting late = at("node3", seen(3, BORN).probe(), 90_000, List.of());
        Sighting closed = at("node3", seen(3, BORN).probe(), 0, List.of(new Endpoint("node3", 7002)));
        String clock = "The clock of Node 3 at node3:7001 is 90 seconds ahead of this node's";
        String port = "Node 3 at node3:7001 cannot be connected to at node3:7002";

        birth.wrote(new Membership(BirthPhase.BORN, CLUSTER, 1, FOUNDERS));
        BirthStep member = birth.step(List.of(two, late), 0);
        assertThat(member.report()).isEqualTo(BORN);
        assertThat(member.sentences()).singleElement().asString().startsWith(clock);
        assertThat(birth.step(List.of(two, closed), 0).sentences())
                .singleElement()
                .asString()
                .startsWith(port);

        Birth joining = new Birth(new BirthSelf(identity(4, 1, 1), INITIAL, false), null);
        BirthStep waits = joining.step(List.of(two, late), 0);
        assertThat(waits.write()).as("records would get times that are wrong").isNull();
        assertThat(waits.sentences()).singleElement().asString().startsWith(clock);
        assertThat(joining.step(List.of(two, closed), 0).write()).isNull();
        assertThat(joining.step(List.of(two, seen(3, BORN)), 0).write().phase()).isEqualTo(BirthPhase.JOINED);
    }

    private static Sighting seen(int node, BirthReport report) {
        return sighting("node" + node, identity(node, 1, 1), INITIAL, report);
    }

    private static Sighting sighting(String host, NodeIdentity identity, List<Integer> initial, BirthReport report) {
        Peer peer = new Peer(identity, addresses(identity.node()), "", "1.0");
        return at(host, new Probe(peer, initial, report, 0, List.of()), 0, List.of());
    }

    private static Sighting at(String host, Probe probe, long aheadMs, List<Endpoint> closed) {
        return new Sighting(new Endpoint(host, 7001), probe, 0, aheadMs, closed);
    }
}
