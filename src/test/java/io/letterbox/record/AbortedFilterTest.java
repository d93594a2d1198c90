package io.letterbox.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AbortedFilterTest {
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private long end;

    @Test
    void leavesOutWhatWasAbortedAndNothingElse() {
        data(1, "a0", "a1");
        data(2, "b2");
        plain("n3");
        marker(1, false);
        data(1, "a5");
        marker(2, true);
        marker(1, true);
        List<AbortedTransaction> aborted = List.of(new AbortedTransaction(1, 0));
        assertThat(values(0, aborted)).containsExactly("b2", "n3", "a5");
        assertThat(values(0, List.of())).containsExactly("a0", "a1", "b2", "n3", "a5");
    }

    @Test
    void oneProducerCanAbortTwice() {
        data(1, "a0");
        marker(1, false);
        data(1, "a2");
        marker(1, true);
        data(1, "a4");
        marker(1, false);
        assertThat(values(0, List.of(new AbortedTransaction(1, 0), new AbortedTransaction(1, 4))))
                .containsExactly("a2");
    }

    @Test
    void aTransactionMayHaveBegunBeforeWhatIsRead() {
        data(1, "a0", "a1");
        plain("n2");
        // Reads from the middle of an aborted batch, whose transaction began even earlier.
        assertThat(values(1, List.of(new AbortedTransaction(1, 0)))).containsExactly("n2");
        assertThat(values(1, List.of(new AbortedTransaction(7, 0)))).containsExactly("a1", "n2");
    }

    @Test
    void whatIsNotOfATransactionStays() {
        data(1, "a0");
        BatchBuilder idempotent = new BatchBuilder(100).producer(1, (short) 0, 5);
        idempotent.append(1, null, "i1".getBytes(StandardCharsets.UTF_8), List.of());
        add(idempotent.build());
        assertThat(values(0, List.of(new AbortedTransaction(1, 0)))).containsExactly("i1");
    }

    private List<String> values(long from, List<AbortedTransaction> aborted) {
        List<String> values = new ArrayList<>();
        try (RecordCursor cursor = new RecordCursor(ByteBuffer.wrap(log.toByteArray()), from, aborted)) {
            while (cursor.next()) values.add(new String(cursor.value(), StandardCharsets.UTF_8));
        }
        return values;
    }

    private void data(long producer, String... values) {
        BatchBuilder batch =
                new BatchBuilder(100).producer(producer, (short) 0, 0).flags(RecordBatch.TRANSACTIONAL);
        for (String value : values) batch.append(1, null, value.getBytes(StandardCharsets.UTF_8), List.of());
        add(batch.build());
    }

    private void plain(String value) {
        BatchBuilder batch = new BatchBuilder(100);
        batch.append(1, null, value.getBytes(StandardCharsets.UTF_8), List.of());
        add(batch.build());
    }

    private void marker(long producer, boolean commit) {
        add(new TransactionMarker(commit, 0).batch(producer, (short) 0, 1));
    }

    private void add(ByteBuffer batch) {
        RecordBatch view = RecordBatch.of(batch);
        view.assign(end, 0);
        end = view.nextOffset();
        log.write(batch.array(), batch.arrayOffset() + batch.position(), batch.remaining());
    }
}
