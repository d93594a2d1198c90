package io.letterbox.transactions;

import org.apache.kafka.common.message.ListTransactionsResponseData;

/**
 * Some transactional ids of one coordinator, in order. Immutable by convention.
 *
 * @param response those that pass the filters
 * @param last the last id that was looked at, where there may be more behind it; null: that was all
 */
public record ListedPage(ListTransactionsResponseData response, String last) {}
