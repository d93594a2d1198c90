package io.letterbox.cluster.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.metadata.ClusterImage;
import io.letterbox.metadata.Command;
import io.letterbox.metadata.Endpoint;
import io.letterbox.metadata.Limits;
import io.letterbox.metadata.MemberImage;
import io.letterbox.metadata.ReplicaPlacement;
import io.letterbox.metadata.Reply;
import io.letterbox.metadata.SettingsOwner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class RaftMetadataLogIT {
    private static final Limits LIMITS = new Limits(20_000, 10, 30_000);

    @TempDir
    private Path root;

    private RaftTestNodes nodes;

    @BeforeEach
    void begin() throws IOException {
        nodes = new RaftTestNodes(root, 3);
    }

    @AfterEach
    void end() {
        nodes.close();
    }

    @Test
    void whatOneNodeProposesIsAgreedOnByAll() throws Exception {
        startAll();
        List<ClusterImage> seen = new CopyOnWriteArrayList<>();
        nodes.log(3).onChange(seen::add);
        for (int id = 1; id <= 3; id++) {
            assertThat(propose(id, register(id))).isInstanceOf(Reply.Applied.class);
            assertThat(nodes.log(id).image().nodes())
                    .as("shown where it was proposed")
                    .containsKey(id);
        }
        barrier(1);
        assertThat(propose(2, ReplicaPlacement.spread(nodes.log(1).image(), 6, 3)))
                .isInstanceOf(Reply.Applied.class);
        barrier(1);
        assertThat(propose(3, create("a"))).isInstanceOf(Reply.Applied.class);
        assertThat(propose(1, create("a")))
                .isInstanceOfSatisfying(Reply.Refused.class, refused -> assertThat(refused.code())
                        .isEqualTo(ErrorCode.TOPIC_EXISTS));
        barrierOnAll();
        ClusterImage image = nodes.log(1).image();
        assertThat(image.version()).isEqualTo(5);
        assertThat(image.topics().get("a").partitions().get(0).replicas()).containsExactly(1, 2, 3);
        for (int id = 1; id <= 3; id++) assertThat(nodes.log(id).image()).isEqualTo(image);
        assertThat(seen.stream().map(ClusterImage::version)).containsExactly(1L, 2L, 3L, 4L, 5L);
    }

    @Test
    void theControllerDecidesWithItsOwnLimitsAndNobodyElseDoes() throws Exception {
        for (int id = 1; id <= 3; id++) nodes.start(id);
        for (int id = 1; id <= 3; id++) nodes.openMetadata(id, true, new Limits(2, 4, 8));
        awaitController();
        propose(1, register(1));
        assertThat(propose(1, create("a"))).isInstanceOf(Reply.Applied.class);
        assertThat(propose(2, create("b"))).isInstanceOf(Reply.Applied.class);
        assertThat(propose(3, create("c")))
                .isInstanceOfSatisfying(Reply.Refused.class, refused -> assertThat(refused.detail())
                        .contains("limits.topics allows 2"));
        // Started anew with lower limits, a node still knows what was agreed on.
        nodes.stop(2);
        nodes.start(2);
        nodes.openMetadata(2, false, new Limits(1, 1, 1));
        barrier(2);
        assertThat(nodes.log(2).image().topics()).containsOnlyKeys("a", "b");
    }

    @Test
    void aControllerThatIsClosedInMidFlightLosesNothingAndDoesNothingTwice() throws Exception {
        startAll();
        propose(1, register(1));
        int first = nodes.controller();
        int other = first == 1 ? 2 : 1;
        List<Future<Reply>> replies = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            names.add("t" + i);
            replies.add(nodes.log(other).propose(create("t" + i)).toCompletableFuture());
            if (i == 100) nodes.stop(first);
        }
        for (Future<Reply> reply : replies) {
            assertThat(reply.get(30, TimeUnit.SECONDS)).isInstanceOf(Reply.Applied.class);
        }
        ClusterImage image = nodes.log(other).image();
        assertThat(image.topics()).containsOnlyKeys(names.toArray(String[]::new));
        assertThat(nodes.controller()).isNotEqualTo(first);

        nodes.start(first);
        nodes.openMetadata(first, false, LIMITS);
        barrier(first);
        assertThat(nodes.log(first).image()).isEqualTo(nodes.log(other).image());
    }

    @Test
    void aFollowerThatWasAwayComesBackFromItsImageAndItsLog() throws Exception {
        startAll();
        propose(1, register(1));
        int away = nodes.controller() == 3 ? 2 : 3;
        int here = nodes.controller();
        List<Future<Reply>> replies = new ArrayList<>();
        for (int i = 0; i < MetadataImages.MAX_COMMANDS + 50; i++) {
            replies.add(nodes.log(here)
                    .propose(new Command.AlterSettings(
                            SettingsOwner.ALL_NODES, Map.of("retention.ms", Integer.toString(i)), Set.of()))
                    .toCompletableFuture());
            if (replies.size() % 500 == 0) replies.get(replies.size() - 1).get(30, TimeUnit.SECONDS);
        }
        for (Future<Reply> reply : replies) reply.get(30, TimeUnit.SECONDS);
        barrier(away);
        await().until(() -> hasImage(away));
        nodes.stop(away);
        propose(here, create("meanwhile"));

        nodes.start(away);
        nodes.openMetadata(away, false, LIMITS);
        assertThat(nodes.log(away).image().version())
                .as("the image is there before anything is replicated")
                .isGreaterThanOrEqualTo(MetadataImages.MAX_COMMANDS);
        barrier(away);
        assertThat(nodes.log(away).image()).isEqualTo(nodes.log(here).image());
        assertThat(nodes.log(away).image().topics()).containsKey("meanwhile");
    }

    @Test
    void allNodesAreStartedAnew() throws Exception {
        startAll();
        propose(1, register(1));
        propose(2, create("a"));
        barrierOnAll();
        ClusterImage before = nodes.log(1).image();
        nodes.close();
        for (int id = 1; id <= 3; id++) nodes.start(id);
        for (int id = 1; id <= 3; id++) nodes.openMetadata(id, false, LIMITS);
        barrierOnAll();
        for (int id = 1; id <= 3; id++) assertThat(nodes.log(id).image()).isEqualTo(before);
        assertThat(propose(3, create("b"))).isInstanceOf(Reply.Applied.class);
    }

    @Test
    void withoutAMajorityNothingIsDecidedAndThatIsSaid() throws Exception {
        startAll();
        propose(1, register(1));
        propose(1, create("a"));
        nodes.stop(2);
        nodes.stop(3);
        await().atMost(Duration.ofSeconds(20)).until(() -> !nodes.log(1).isController());
        assertThatThrownBy(() -> propose(1, create("b")))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(ApiException.class, refusal -> assertThat(refusal.code())
                        .isEqualTo(ErrorCode.NODE_UNREACHABLE));
        assertThatThrownBy(() -> nodes.log(1).barrier().toCompletableFuture().get(10, TimeUnit.SECONDS))
                .hasCauseInstanceOf(ApiException.class);
        assertThat(nodes.log(1).image().topics()).containsOnlyKeys("a");

        nodes.start(2);
        nodes.openMetadata(2, false, LIMITS);
        assertThat(propose(1, create("b"))).isInstanceOf(Reply.Applied.class);
    }

    @Test
    void aNodeThatLostItsFilesIsNotOpenedAsTheOldOne() throws Exception {
        startAll();
        propose(1, register(1));
        nodes.stop(2);
        try (Stream<Path> files = Files.walk(nodes.directory(2))) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
        }
        nodes.start(2);
        assertThatThrownBy(() -> nodes.openMetadata(2, false, LIMITS))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("does not hold what this node promised");
    }

    @Test
    void aFailureIsSaidOnce() throws Exception {
        startAll();
        List<String> said = new CopyOnWriteArrayList<>();
        nodes.log(2).onFailure(said::add);
        nodes.node(2).division(RaftGroups.metadata(RaftTestNodes.CLUSTER)).close();
        await().until(() -> !said.isEmpty());
        assertThat(said).singleElement().asString().contains("takes no more part", "closed");
    }

    private boolean hasImage(int id) throws IOException {
        try (Stream<Path> files = Files.walk(nodes.directory(id))) {
            return files.anyMatch(file -> file.endsWith("sm/image"));
        }
    }

    private void startAll() throws IOException {
        for (int id = 1; id <= 3; id++) nodes.start(id);
        for (int id = 1; id <= 3; id++) nodes.openMetadata(id, true, LIMITS);
        awaitController();
    }

    private void awaitController() {
        await().atMost(Duration.ofSeconds(30)).until(() -> nodes.controller() > 0);
    }

    private void barrierOnAll() {
        for (int id = 1; id <= 3; id++) barrier(id);
    }

    private void barrier(int id) {
        await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(() -> {
            nodes.log(id).barrier().toCompletableFuture().get(10, TimeUnit.SECONDS);
            return true;
        });
    }

    private Reply propose(int id, Command command) throws Exception {
        return nodes.log(id).propose(command).toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private Command register(int id) {
        RaftMember member = nodes.members().get(id - 1);
        return new Command.RegisterMember(
                id,
                new Endpoint("127.0.0.1", 8080 + id),
                Endpoint.NONE,
                new MemberImage(
                        member.replica().directory(),
                        "",
                        "1",
                        member.address(),
                        member.address(),
                        member.address(),
                        List.of()));
    }

    private Command create(String name) {
        int factor = nodes.log(1) == null ? 1 : nodes.log(1).image().defaultReplicationFactor();
        return new Command.CreateTopic(name, UUID.randomUUID(), 1, factor, Map.of());
    }
}
