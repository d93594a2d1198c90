package io.letterbox.transactions;

import static io.letterbox.transactions.TransactionHarness.A;
import static io.letterbox.transactions.TransactionHarness.B;
import static org.assertj.core.api.Assertions.assertThat;

import io.letterbox.coordinator.CoordinatorRecord;
import io.letterbox.transactions.TransactionCommand.DescribeTransaction;
import java.util.Set;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.message.ListTransactionsResponseData;
import org.apache.kafka.common.message.ListTransactionsResponseData.TransactionState;
import org.junit.jupiter.api.Test;

class TransactionCodecTest {
    @Test
    void everyFieldComesBack() {
        Transaction t = Transaction.create("shop", 7, 1234, 99)
                .with(Set.of(A, B), (short) 2, 100)
                .prepared(true, (short) 2, 8, 101);
        CoordinatorRecord record = TransactionCodec.encode(t);
        assertThat(TransactionCodec.id(record.key())).isEqualTo("shop");
        assertThat(TransactionCodec.decode("shop", record.value())).isEqualTo(t);
        Transaction done = t.completed(102);
        assertThat(done.producerId()).isEqualTo(8);
        assertThat(done.previousProducerId()).isEqualTo(7);
        assertThat(TransactionCodec.decode("shop", TransactionCodec.encode(done).value()))
                .isEqualTo(done);
    }

    /** Bytes as Kafka 3.4 wrote them: key version 0, value version 0 without tagged fields. */
    @Test
    void olderRecordsAreRead() {
        byte[] value = {
            0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 3, 0, 0, 0, 60, 1, 0, 0, 0, 1, 0, 1, 'a', 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0,
            0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 8
        };
        Transaction t = TransactionCodec.decode("x", value);
        assertThat(t.producerId()).isEqualTo(7);
        assertThat(t.epoch()).isEqualTo((short) 3);
        assertThat(t.timeoutMs()).isEqualTo(60);
        assertThat(t.partitions()).containsExactly(A);
        assertThat(t.updatedMs()).isEqualTo(9);
        assertThat(t.startMs()).isEqualTo(8);
        assertThat(t.previousProducerId()).isEqualTo(-1);
    }

    @Test
    void recordsOfAnUnknownKindAreLeftAlone() {
        TransactionHarness desk = new TransactionHarness();
        desk.core.apply(new CoordinatorRecord(new byte[] {0, 9, 1}, new byte[] {1}));
        assertThat(desk.ask(new DescribeTransaction("")).answer.errorCode()).isEqualTo((short) 42);
        assertThat(desk.core.nextDeadlineMs()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void listsAreFiltered() {
        TransactionHarness desk = new TransactionHarness();
        desk.init("idle", 1000, -1, -1);
        TransactionHarness.Owner owner = desk.init();
        desk.add(owner, TransactionCommand.Intent.ADD, A);
        desk.clock.pass(500);
        // The duration of a transaction does not depend on the wall clock.
        desk.clock.step(-3_600_000);
        ListTransactionsRequestData all = new ListTransactionsRequestData();
        assertThat(list(desk, all).transactionStates())
                .extracting(TransactionState::transactionalId)
                .containsExactlyInAnyOrder("idle", TransactionHarness.ID);
        ListTransactionsResponseData ongoing =
                list(desk, all.duplicate().setStateFilters(java.util.List.of("Ongoing", "Nonsense")));
        assertThat(ongoing.unknownStateFilters()).containsExactly("Nonsense");
        assertThat(ongoing.transactionStates())
                .extracting(TransactionState::transactionState)
                .containsExactly("Ongoing");
        assertThat(list(desk, all.duplicate().setProducerIdFilters(java.util.List.of(owner.id())))
                        .transactionStates())
                .extracting(TransactionState::producerId)
                .containsExactly(owner.id());
        assertThat(list(desk, all.duplicate().setDurationFilter(499)).transactionStates())
                .hasSize(1);
        assertThat(list(desk, all.duplicate().setDurationFilter(500)).transactionStates())
                .isEmpty();
    }

    private static ListTransactionsResponseData list(TransactionHarness desk, ListTransactionsRequestData request) {
        return desk.ask(new TransactionCommand.ListTransactions(request, null, 1000))
                .answer
                .response();
    }
}
