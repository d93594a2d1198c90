package io.letterbox.transactions;

import io.letterbox.record.TopicPartition;
import io.letterbox.time.Moment;
import io.letterbox.transactions.TransactionCommand.ListTransactions;
import java.util.Collection;
import java.util.List;
import org.apache.kafka.common.message.DescribeTransactionsResponseData;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.message.ListTransactionsResponseData;
import org.apache.kafka.common.protocol.Errors;

/** Answers DescribeTransactions and ListTransactions. Pure functions. */
final class TransactionDescriptions {
    private TransactionDescriptions() {}

    /** @param known the state of the transactional id; null if it does not exist */
    static DescribeTransactionsResponseData.TransactionState of(String id, TransactionalIdState known) {
        var state = new DescribeTransactionsResponseData.TransactionState().setTransactionalId(id);
        if (id.isEmpty()) return state.setErrorCode(Errors.INVALID_REQUEST.code());
        if (known == null) return state.setErrorCode(Errors.TRANSACTIONAL_ID_NOT_FOUND.code());
        Transaction t = known.transaction;
        for (TopicPartition partition : t.partitions()) {
            var topic = state.topics().find(partition.topic());
            if (topic == null) {
                topic = new DescribeTransactionsResponseData.TopicData().setTopic(partition.topic());
                state.topics().add(topic);
            }
            topic.partitions().add(partition.partition());
        }
        return state.setTransactionState(t.state().title())
                .setTransactionTimeoutMs(t.timeoutMs())
                .setTransactionStartTimeMs(t.startMs())
                .setProducerId(t.producerId())
                .setProducerEpoch(t.epoch());
    }

    /**
     * A page of the transactional ids that pass the filters of states, producers and duration.
     *
     * @param from the ids from the beginning of the page on, in order
     */
    static ListedTransactions page(ListTransactions list, Collection<TransactionalIdState> from, Moment now) {
        ListTransactionsRequestData request = list.data();
        ListTransactionsResponseData response = new ListTransactionsResponseData();
        for (String name : request.stateFilters()) {
            if (TransactionState.named(name).isEmpty())
                response.unknownStateFilters().add(name);
        }
        int looks = 0;
        String last = null;
        for (TransactionalIdState tracked : from) {
            if (looks++ == list.limit()) return new ListedTransactions(response, last);
            Transaction t = tracked.transaction;
            last = t.id();
            if (!passes(request.stateFilters(), t.state().title())) continue;
            if (!passes(request.producerIdFilters(), t.producerId())) continue;
            if (request.durationFilter() >= 0 && tracked.runsForMs(now) <= request.durationFilter()) continue;
            response.transactionStates()
                    .add(new ListTransactionsResponseData.TransactionState()
                            .setTransactionalId(t.id())
                            .setProducerId(t.producerId())
                            .setTransactionState(t.state().title()));
        }
        return new ListedTransactions(response, null);
    }

    private static <T> boolean passes(List<T> filter, T value) {
        return filter.isEmpty() || filter.contains(value);
    }
}
