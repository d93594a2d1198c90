package io.letterbox.transactions;

import org.apache.kafka.common.message.ListTransactionsResponseData;

/**
 * A page of the transactional ids of one coordinator, in order. Immutable by convention.
 *
 * @param response the ids that pass the filters
 * @param last the last id that was examined, if there may be more; null at the end
 */
public record ListedTransactions(ListTransactionsResponseData response, String last) {}
