package io.letterbox.kafka.transactions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.letterbox.access.Principal;
import io.letterbox.bus.Coordinators;
import io.letterbox.bus.FakeStorage;
import io.letterbox.coordinator.CoordinatorCommand;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.error.UnverifiedTransactionException;
import io.letterbox.error.VerificationGuard;
import io.letterbox.groups.GroupCommand.CommitTransactionOffsets;
import io.letterbox.ingress.DoorServices;
import io.letterbox.kafka.FakeClient;
import io.letterbox.kafka.api.ApiSupport;
import io.letterbox.kafka.api.KafkaRequest;
import io.letterbox.kafka.api.KafkaResponse;
import io.letterbox.record.TopicName;
import io.letterbox.record.TopicPartition;
import io.letterbox.transactions.ListedTransactions;
import io.letterbox.transactions.TransactionCommand;
import io.letterbox.transactions.TransactionCommand.AddPartitionsToTxn;
import io.letterbox.transactions.TransactionCommand.EndTransaction;
import io.letterbox.transactions.TransactionCommand.Intent;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.message.AddOffsetsToTxnRequestData;
import org.apache.kafka.common.message.AddOffsetsToTxnResponseData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopic;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopicCollection;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTransaction;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTransactionCollection;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData.AddPartitionsToTxnTopicResultCollection;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.EndTxnResponseData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.message.ListTransactionsResponseData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestPartition;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestTopic;
import org.apache.kafka.common.message.TxnOffsetCommitResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The meaning of each version of a request, and its response. */
class TransactionRequestsTest {
    private static final TopicPartition A0 = new TopicPartition("a", 0);
    private static final TopicPartition GROUP = new TopicPartition(TopicName.CONSUMER_OFFSETS, 3);

    private final Vertx vertx = Vertx.vertx();
    private final FakeStorage storage = new FakeStorage(vertx);
    private final FakeTransactions coordinator = new FakeTransactions();
    private final FakeGroups groups = new FakeGroups();
    private final Map<ApiKeys, ApiSupport> apis = new HashMap<>();

    /** Answers commits of offsets with prepared answers, and keeps the requests; hands other commands on. */
    private final class FakeGroups implements Coordinators {
        final ArrayDeque<CommitTransactionOffsets> asked = new ArrayDeque<>();
        final ArrayDeque<Future<?>> answers = new ArrayDeque<>();

        @Override
        @SuppressWarnings("unchecked")
        public <R> Future<R> ask(CoordinatorCommand<R> command, Principal principal) {
            if (command instanceof TransactionCommand) return coordinator.ask(command, principal);
            asked.add((CommitTransactionOffsets) command);
            return (Future<R>) answers.remove();
        }

        @Override
        public <R> Future<List<R>> askAll(CoordinatorCommand<R> command, Principal principal) {
            return coordinator.askAll(command, principal);
        }

        @Override
        public Future<TopicPartition> coordinatorOf(String topic, String key) {
            return Future.succeededFuture(GROUP);
        }
    }

    @BeforeEach
    void start() {
        storage.createTopic("a", 1, Map.of());
        DoorServices backend = new DoorServices(
                null,
                null,
                storage.metadata(),
                storage,
                storage,
                groups,
                () -> Future.succeededFuture(4711L),
                null,
                null,
                null);
        for (ApiSupport api : new TransactionApis(backend, vertx).apis()) apis.put(api.key(), api);
    }

    @AfterEach
    void stop() throws Exception {
        vertx.close().await(30, TimeUnit.SECONDS);
    }

    private Future<ApiMessage> ask(ApiKeys key, int version, ApiMessage body) {
        KafkaRequest request = new KafkaRequest(
                key,
                (short) version,
                null,
                Principal.ANONYMOUS,
                body,
                new FakeClient("10.0.0.1", vertx.getOrCreateContext()));
        return apis.get(key).handler().handle(request).map(response -> ((KafkaResponse.Message) response).body());
    }

    private static <T extends ApiMessage> T answer(Future<ApiMessage> future, Class<T> type) throws Exception {
        return type.cast(future.await(30, TimeUnit.SECONDS));
    }

    private static AddPartitionsToTxnTopicCollection topics(String name, int... partitions) {
        AddPartitionsToTxnTopicCollection topics = new AddPartitionsToTxnTopicCollection();
        AddPartitionsToTxnTopic topic = new AddPartitionsToTxnTopic().setName(name);
        for (int partition : partitions) topic.partitions().add(partition);
        topics.add(topic);
        return topics;
    }

    private static Map<Integer, Errors> errors(AddPartitionsToTxnTopicResultCollection results) {
        Map<Integer, Errors> errors = new HashMap<>();
        results.forEach(topic -> topic.resultsByPartition()
                .forEach(p -> errors.put(p.partitionIndex(), Errors.forCode(p.partitionErrorCode()))));
        return errors;
    }

    private static AddPartitionsToTxnRequestData classic(int... partitions) {
        return new AddPartitionsToTxnRequestData()
                .setV3AndBelowTransactionalId("id")
                .setV3AndBelowProducerId(7)
                .setV3AndBelowProducerEpoch((short) 1)
                .setV3AndBelowTopics(topics("a", partitions));
    }

    @Test
    void clientsAddPartitionsOfOneTransaction() throws Exception {
        for (int version : new int[] {0, 1, 2, 3}) {
            Future<ApiMessage> answer = ask(ApiKeys.ADD_PARTITIONS_TO_TXN, version, classic(0));
            FakeTransactions.Question question = coordinator.next();
            assertThat(question.command())
                    .isEqualTo(new AddPartitionsToTxn("id", 7, (short) 1, Set.of(A0), Intent.ADD_CLASSIC));
            question.answer(A0, Errors.PRODUCER_FENCED);
            assertThat(errors(
                            answer(answer, AddPartitionsToTxnResponseData.class).resultsByTopicV3AndBelow()))
                    .containsExactly(entry(0, version < 2 ? Errors.INVALID_PRODUCER_EPOCH : Errors.PRODUCER_FENCED));
        }
    }

    @Test
    void aPartitionThatDoesNotExistSpoilsTheRequest() throws Exception {
        Future<ApiMessage> answer = ask(ApiKeys.ADD_PARTITIONS_TO_TXN, 3, classic(0, 1));
        assertThat(errors(answer(answer, AddPartitionsToTxnResponseData.class).resultsByTopicV3AndBelow()))
                .containsOnly(entry(0, Errors.OPERATION_NOT_ATTEMPTED), entry(1, Errors.UNKNOWN_TOPIC_OR_PARTITION));
        answer = ask(ApiKeys.ADD_PARTITIONS_TO_TXN, 3, classic(-1));
        assertThat(errors(answer(answer, AddPartitionsToTxnResponseData.class).resultsByTopicV3AndBelow()))
                .containsOnly(entry(-1, Errors.UNKNOWN_TOPIC_OR_PARTITION));
        assertThat(coordinator.asked).isEmpty();
    }

    @Test
    void brokersAskAboutManyTransactions() throws Exception {
        for (int version : new int[] {4, 5}) {
            AddPartitionsToTxnTransactionCollection transactions = new AddPartitionsToTxnTransactionCollection();
            for (String id : List.of("add", "verify")) {
                transactions.add(new AddPartitionsToTxnTransaction()
                        .setTransactionalId(id)
                        .setProducerId(7)
                        .setProducerEpoch((short) 1)
                        .setVerifyOnly(id.equals("verify"))
                        .setTopics(topics("a", 0)));
            }
            Future<ApiMessage> answer = ask(
                    ApiKeys.ADD_PARTITIONS_TO_TXN,
                    version,
                    new AddPartitionsToTxnRequestData().setTransactions(transactions));
            for (int i = 0; i < 2; i++) {
                FakeTransactions.Question question = coordinator.next();
                AddPartitionsToTxn command = (AddPartitionsToTxn) question.command();
                boolean verify = command.key().equals("verify");
                assertThat(command.intent()).isEqualTo(verify ? Intent.VERIFY : Intent.ADD);
                question.answer(A0, verify ? Errors.TRANSACTION_ABORTABLE : Errors.NONE);
            }
            var results = answer(answer, AddPartitionsToTxnResponseData.class).resultsByTransaction();
            assertThat(errors(results.find("add").topicResults())).containsExactly(entry(0, Errors.NONE));
            assertThat(errors(results.find("verify").topicResults()))
                    .containsExactly(entry(0, version < 5 ? Errors.INVALID_TXN_STATE : Errors.TRANSACTION_ABORTABLE));
        }
    }

    @Test
    void aCoordinatorThatCannotBeReachedIsSaidForEachPartition() throws Exception {
        Future<ApiMessage> answer = ask(ApiKeys.ADD_PARTITIONS_TO_TXN, 3, classic(0));
        coordinator.next().fail(new ApiException(ErrorCode.COORDINATOR_LOADING, "Wait."));
        assertThat(errors(answer(answer, AddPartitionsToTxnResponseData.class).resultsByTopicV3AndBelow()))
                .containsExactly(entry(0, Errors.COORDINATOR_LOAD_IN_PROGRESS));
    }

    @Test
    void theEndRaisesTheEpochFromVersionFiveOn() throws Exception {
        for (int version = 0; version <= 5; version++) {
            Future<ApiMessage> answer = ask(ApiKeys.END_TXN, version, new EndTxnRequestData().setTransactionalId("id"));
            FakeTransactions.Question question = coordinator.next();
            assertThat(((EndTransaction) question.command()).raiseEpoch()).isEqualTo(version == 5);
            question.answer(new EndTxnResponseData().setErrorCode(Errors.PRODUCER_FENCED.code()));
            assertThat(Errors.forCode(answer(answer, EndTxnResponseData.class).errorCode()))
                    .isEqualTo(version < 2 ? Errors.INVALID_PRODUCER_EPOCH : Errors.PRODUCER_FENCED);
        }
    }

    @Test
    void producersBegin() throws Exception {
        InitProducerIdResponseData idempotent = answer(
                ask(ApiKeys.INIT_PRODUCER_ID, 5, new InitProducerIdRequestData().setTransactionalId(null)),
                InitProducerIdResponseData.class);
        assertThat(idempotent.producerId()).isEqualTo(4711);
        assertThat(idempotent.producerEpoch()).isZero();
        for (int version : new int[] {3, 4}) {
            Future<ApiMessage> answer =
                    ask(ApiKeys.INIT_PRODUCER_ID, version, new InitProducerIdRequestData().setTransactionalId("id"));
            coordinator.next().answer(new InitProducerIdResponseData().setErrorCode(Errors.PRODUCER_FENCED.code()));
            assertThat(Errors.forCode(
                            answer(answer, InitProducerIdResponseData.class).errorCode()))
                    .isEqualTo(version < 4 ? Errors.INVALID_PRODUCER_EPOCH : Errors.PRODUCER_FENCED);
        }
    }

    @Test
    void offsetsAreAnnouncedAsThePartitionThatKeepsThem() throws Exception {
        Future<ApiMessage> answer = ask(
                ApiKeys.ADD_OFFSETS_TO_TXN,
                1,
                new AddOffsetsToTxnRequestData()
                        .setTransactionalId("id")
                        .setProducerId(7)
                        .setProducerEpoch((short) 1)
                        .setGroupId("g"));
        FakeTransactions.Question question = coordinator.next();
        assertThat(question.command())
                .isEqualTo(new AddPartitionsToTxn("id", 7, (short) 1, Set.of(GROUP), Intent.ADD_CLASSIC));
        question.answer(GROUP, Errors.PRODUCER_FENCED);
        assertThat(answer(answer, AddOffsetsToTxnResponseData.class).errorCode())
                .isEqualTo(Errors.INVALID_PRODUCER_EPOCH.code());
    }

    private static TxnOffsetCommitRequestData offsets() {
        TxnOffsetCommitRequestTopic topic = new TxnOffsetCommitRequestTopic().setName("a");
        topic.partitions()
                .add(new TxnOffsetCommitRequestPartition().setPartitionIndex(0).setCommittedOffset(5));
        TxnOffsetCommitRequestData data = new TxnOffsetCommitRequestData()
                .setTransactionalId("id")
                .setGroupId("g")
                .setProducerId(7)
                .setProducerEpoch((short) 1);
        data.topics().add(topic);
        return data;
    }

    @Test
    void offsetsOfAnUnknownTransactionTakeADetour() throws Exception {
        for (int version : new int[] {0, 3, 4, 5}) {
            VerificationGuard guard = new VerificationGuard(7);
            groups.answers.add(Future.failedFuture(new UnverifiedTransactionException(guard, "Who is that?")));
            groups.answers.add(Future.succeededFuture(new TxnOffsetCommitResponseData().setThrottleTimeMs(99)));
            Future<ApiMessage> answer = ask(ApiKeys.TXN_OFFSET_COMMIT, version, offsets());
            FakeTransactions.Question question = coordinator.next();
            Intent intent = version == 5 ? Intent.ADD : Intent.VERIFY;
            assertThat(question.command()).isEqualTo(new AddPartitionsToTxn("id", 7, (short) 1, Set.of(GROUP), intent));
            question.answer(GROUP, Errors.NONE);
            assertThat(answer(answer, TxnOffsetCommitResponseData.class).throttleTimeMs())
                    .isEqualTo(99);
            assertThat(groups.asked.remove().guard()).isNull();
            assertThat(groups.asked.remove().guard()).isSameAs(guard);
        }
    }

    /** The markers of the transaction before come while the coordinator is asked, and void the guard. */
    @Test
    void offsetsWhoseGuardIsVoidAreVerifiedAgain() throws Exception {
        for (boolean well : new boolean[] {true, false}) {
            for (int attempt = 1; attempt <= (well ? 2 : 3); attempt++) {
                VerificationGuard guard = new VerificationGuard(attempt);
                groups.answers.add(Future.failedFuture(new UnverifiedTransactionException(guard, "Who is that?")));
            }
            groups.answers.add(Future.succeededFuture(new TxnOffsetCommitResponseData().setThrottleTimeMs(99)));
            Future<ApiMessage> answer = ask(ApiKeys.TXN_OFFSET_COMMIT, 5, offsets());
            for (int verified = 1; verified <= 2; verified++) coordinator.next().answer(GROUP, Errors.NONE);
            TxnOffsetCommitResponseData response = answer(answer, TxnOffsetCommitResponseData.class);
            if (well) assertThat(response.throttleTimeMs()).isEqualTo(99);
            else
                assertThat(response.topics().get(0).partitions().get(0).errorCode())
                        .as("which the producer repeats")
                        .isEqualTo(Errors.COORDINATOR_LOAD_IN_PROGRESS.code());
            assertThat(groups.asked.stream().map(CommitTransactionOffsets::guard))
                    .containsExactly(null, new VerificationGuard(1), new VerificationGuard(2));
            groups.asked.clear();
        }
    }

    @Test
    void aCoordinatorThatLosesItsPartitionIsLookedForAgain() throws Exception {
        ApiException lost = new ApiException(ErrorCode.NOT_LEADER, "Not here.");
        groups.answers.add(Future.failedFuture(lost));
        Future<ApiMessage> committed = ask(ApiKeys.TXN_OFFSET_COMMIT, 5, offsets());
        assertThat(committed.cause()).isInstanceOfSatisfying(ApiException.class, refusal -> assertThat(refusal.code())
                .isEqualTo(ErrorCode.COORDINATOR_NOT_AVAILABLE));

        Future<ApiMessage> ended = ask(
                ApiKeys.END_TXN,
                5,
                new EndTxnRequestData().setTransactionalId("id").setCommitted(true));
        coordinator.next().fail(lost);
        assertThat(ended.cause()).isInstanceOfSatisfying(ApiException.class, refusal -> assertThat(refusal.code())
                .isEqualTo(ErrorCode.COORDINATOR_NOT_AVAILABLE));
    }

    @Test
    void offsetsOfNobodysTransactionAreRefused() throws Exception {
        Map<Errors, Errors> words = Map.of(
                Errors.CONCURRENT_TRANSACTIONS, Errors.COORDINATOR_LOAD_IN_PROGRESS,
                Errors.PRODUCER_FENCED, Errors.INVALID_PRODUCER_EPOCH,
                Errors.TRANSACTION_ABORTABLE, Errors.INVALID_TXN_STATE);
        for (Map.Entry<Errors, Errors> word : words.entrySet()) {
            groups.answers.add(
                    Future.failedFuture(new UnverifiedTransactionException(new VerificationGuard(7), "Who?")));
            Future<ApiMessage> answer = ask(ApiKeys.TXN_OFFSET_COMMIT, 3, offsets());
            coordinator.next().answer(GROUP, word.getKey());
            TxnOffsetCommitResponseData response = answer(answer, TxnOffsetCommitResponseData.class);
            assertThat(Errors.forCode(
                            response.topics().get(0).partitions().get(0).errorCode()))
                    .isEqualTo(word.getValue());
        }
    }

    @Test
    void listsAreCutToThePattern() throws Exception {
        for (Map.Entry<String, Integer> found :
                Map.of("", 2, "sh.*", 1, "nobody", 0).entrySet()) {
            Future<ApiMessage> answer = ask(
                    ApiKeys.LIST_TRANSACTIONS,
                    2,
                    new ListTransactionsRequestData().setTransactionalIdPattern(found.getKey()));
            ListTransactionsResponseData all = new ListTransactionsResponseData();
            for (String id : List.of("shop", "bank")) {
                all.transactionStates().add(new ListTransactionsResponseData.TransactionState().setTransactionalId(id));
            }
            coordinator.next().answer(new ListedTransactions(all, null));
            assertThat(answer(answer, ListTransactionsResponseData.class).transactionStates())
                    .hasSize(found.getValue());
        }
        Future<ApiMessage> answer =
                ask(ApiKeys.LIST_TRANSACTIONS, 2, new ListTransactionsRequestData().setTransactionalIdPattern("(("));
        assertThat(answer(answer, ListTransactionsResponseData.class).errorCode())
                .isEqualTo(Errors.INVALID_REGULAR_EXPRESSION.code());
    }
}
