package io.letterbox.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.junit.jupiter.api.Test;

/** Compares Letterbox's markers and numbered batches with those of kafka-clients, in both directions. */
class TransactionMarkerTest {
    @Test
    void kafkaReadsOurMarkers() {
        for (boolean commit : new boolean[] {true, false}) {
            ByteBuffer ours = new TransactionMarker(commit, 9).batch(77, (short) 3, 1_000);
            MutableRecordBatch batch =
                    MemoryRecords.readableRecords(ours).batchIterator().next();
            batch.ensureValid();
            assertThat(batch.isControlBatch()).isTrue();
            assertThat(batch.isTransactional()).isTrue();
            assertThat(batch.producerId()).isEqualTo(77);
            assertThat(batch.producerEpoch()).isEqualTo((short) 3);
            assertThat(batch.baseSequence()).isEqualTo(-1);
            Record record = batch.iterator().next();
            assertThat(record.timestamp()).isEqualTo(1_000);
            EndTransactionMarker marker = EndTransactionMarker.deserialize(record);
            assertThat(marker.coordinatorEpoch()).isEqualTo(9);
            assertThat(marker.controlType()).isEqualTo(commit ? ControlRecordType.COMMIT : ControlRecordType.ABORT);
        }
    }

    @Test
    void weReadKafkasMarkers() {
        for (boolean commit : new boolean[] {true, false}) {
            ByteBuffer theirs = MemoryRecords.withEndTransactionMarker(
                            0,
                            5L,
                            -1,
                            77L,
                            (short) 3,
                            new EndTransactionMarker(commit ? ControlRecordType.COMMIT : ControlRecordType.ABORT, 12))
                    .buffer();
            assertThat(TransactionMarker.of(RecordBatch.of(theirs))).isEqualTo(new TransactionMarker(commit, 12));
        }
    }

    @Test
    void otherBatchesHoldNoMarker() {
        BatchBuilder records = new BatchBuilder(100);
        records.append(1, null, new byte[10], List.of());
        assertThat(TransactionMarker.of(RecordBatch.of(records.build()))).isNull();
        BatchBuilder leaderChange = new BatchBuilder(100);
        leaderChange.append(1, new byte[] {0, 0, 0, 2}, new byte[10], List.of());
        ByteBuffer control = leaderChange.flags(RecordBatch.CONTROL).build();
        assertThat(TransactionMarker.of(RecordBatch.of(control))).isNull();
        BatchBuilder tooShort = new BatchBuilder(100);
        tooShort.append(1, new byte[] {0, 0, 0}, new byte[] {0, 0}, List.of());
        assertThat(TransactionMarker.of(
                        RecordBatch.of(tooShort.flags(RecordBatch.CONTROL).build())))
                .isNull();
    }

    @Test
    void sequencesGoOnAtZero() {
        BatchBuilder batch = new BatchBuilder(100);
        for (int i = 0; i < 5; i++) batch.append(1, null, null, List.of());
        RecordBatch built = RecordBatch.of(
                batch.producer(1, (short) 0, Integer.MAX_VALUE - 1).build());
        assertThat(built.baseSequence()).isEqualTo(Integer.MAX_VALUE - 1);
        assertThat(built.lastSequence()).isEqualTo(2);
        assertThat(built.lastSequence())
                .isEqualTo(MemoryRecords.readableRecords(bytes(built))
                        .batches()
                        .iterator()
                        .next()
                        .lastSequence());
    }

    private static ByteBuffer bytes(RecordBatch batch) {
        return ByteBuffer.wrap(batch.array(), batch.start(), batch.sizeInBytes());
    }
}
