package io.letterbox.transactions.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.protocol.Errors;

/** The answers that producers got, to be compared with what readers see. */
final class SimHistory {
    private final List<Transaction> transactions = new ArrayList<>();
    private final Map<Integer, Transaction> byValue = new HashMap<>();
    private final Map<Integer, Integer> partitionOf = new HashMap<>();
    private final Map<Errors, Integer> deaths = new EnumMap<>(Errors.class);
    private final Map<String, Integer> alive = new HashMap<>();
    private int values;

    /** One transaction of one producer. */
    static final class Transaction {
        private final List<SimBatch> written = new ArrayList<>();
        private Boolean commit;
        private boolean confirmed;

        /** The acknowledged batches. */
        List<SimBatch> written() {
            return written;
        }

        void asked(boolean wanted) {
            commit = wanted;
        }

        void confirmed() {
            confirmed = true;
        }
    }

    Transaction open() {
        Transaction transaction = new Transaction();
        transactions.add(transaction);
        return transaction;
    }

    int value(Transaction transaction, int partition) {
        byValue.put(++values, transaction);
        partitionOf.put(values, partition);
        return values;
    }

    void started(String id) {
        alive.merge(id, 1, Integer::sum);
    }

    void died(String id, Errors error) {
        alive.merge(id, -1, Integer::sum);
        deaths.merge(error, 1, Integer::sum);
    }

    /** The number of producers that believe to own a transactional id. */
    int alive(String id) {
        return alive.getOrDefault(id, 0);
    }

    /** The number of transactions whose end was confirmed to their producers. */
    long confirmed() {
        return transactions.stream().filter(t -> t.confirmed).count();
    }

    /** Checks that transactions are atomic, and that their outcomes are as confirmed. */
    void check(List<SimPartition> partitions) {
        Map<Transaction, List<Integer>> visible = new HashMap<>();
        for (int number = 0; number < partitions.size(); number++) {
            List<Integer> read = partitions.get(number).read();
            assertThat(read).as("nothing comes twice").doesNotHaveDuplicates();
            for (Integer value : read) {
                assertThat(partitionOf).containsEntry(value, number);
                visible.computeIfAbsent(byValue.get(value), t -> new ArrayList<>())
                        .add(value);
            }
        }
        for (Transaction transaction : transactions) check(transaction, visible.getOrDefault(transaction, List.of()));
    }

    private static void check(Transaction transaction, List<Integer> visible) {
        List<Integer> written =
                transaction.written.stream().map(SimBatch::value).sorted().toList();
        List<Integer> seen = visible.stream().sorted().toList();
        if (transaction.commit == null || !transaction.commit) {
            assertThat(seen).as("aborted, or never ended: %s", written).isEmpty();
        } else if (transaction.confirmed) {
            assertThat(seen).as("committed").isEqualTo(written);
        } else if (!seen.isEmpty()) {
            assertThat(seen).as("committed without being told").isEqualTo(written);
        }
    }

    @Override
    public String toString() {
        return transactions.size() + " transactions, " + confirmed() + " confirmed, deaths " + deaths;
    }
}
