package io.letterbox.kafka.transactions;

import io.letterbox.groups.patterns.BoundedPattern;
import io.letterbox.ingress.DoorServices;
import io.letterbox.ingress.MergedPage;
import io.letterbox.kafka.api.KafkaRequest;
import io.letterbox.transactions.ListedTransactions;
import io.letterbox.transactions.TransactionCommand.DescribeTransaction;
import io.letterbox.transactions.TransactionCommand.ListTransactions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.TreeSet;
import org.apache.kafka.common.message.DescribeTransactionsRequestData;
import org.apache.kafka.common.message.DescribeTransactionsResponseData;
import org.apache.kafka.common.message.DescribeTransactionsResponseData.TransactionState;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.message.ListTransactionsResponseData;
import org.apache.kafka.common.protocol.Errors;

/** The administrative requests for transactions (KIP-664, KIP-994, KIP-1152). Stateless. */
final class TransactionAdmin {
    /** Transactional ids of each coordinator that are listed at once. */
    private static final int LISTED_AT_ONCE = 100;

    private final DoorServices backend;
    private final Vertx vertx;

    TransactionAdmin(DoorServices backend, Vertx vertx) {
        this.backend = backend;
        this.vertx = vertx;
    }

    /** DescribeTransactions. */
    Future<DescribeTransactionsResponseData> describe(KafkaRequest request) {
        List<Future<TransactionState>> each = new ArrayList<>();
        for (String id : new LinkedHashSet<>(
                request.body(DescribeTransactionsRequestData.class).transactionalIds())) {
            each.add(backend.coordinators()
                    .local()
                    .ask(new DescribeTransaction(id), request.principal())
                    .otherwise(failure -> new TransactionState()
                            .setTransactionalId(id)
                            .setErrorCode(Verification.errorOf(failure).code())));
        }
        return Future.join(each)
                .map(all -> new DescribeTransactionsResponseData().setTransactionStates(all.<TransactionState>list()));
    }

    /** ListTransactions. Patterns are matched on a worker, because clients write them and matching may take long. */
    Future<ListTransactionsResponseData> list(KafkaRequest request) {
        ListTransactionsRequestData data = request.body(ListTransactionsRequestData.class);
        String regex = data.transactionalIdPattern();
        try {
            BoundedPattern pattern = regex == null || regex.isEmpty() ? null : BoundedPattern.of(regex);
            Future<ListTransactionsResponseData> all = listAll(request);
            return pattern == null
                    ? all
                    : all.compose(whole -> vertx.executeBlocking(() -> matching(whole, pattern), false));
        } catch (BoundedPattern.PatternRefusedException refused) {
            return Future.succeededFuture(refused());
        }
    }

    private Future<ListTransactionsResponseData> listAll(KafkaRequest request) {
        ListTransactionsResponseData whole = new ListTransactionsResponseData();
        return listFrom(null, request, whole).map(whole);
    }

    /** Other tasks of the event loop and of the shards run between two pages. */
    private Future<Void> listFrom(String after, KafkaRequest request, ListTransactionsResponseData whole) {
        ListTransactionsRequestData data = request.body(ListTransactionsRequestData.class);
        return backend.coordinators()
                .local()
                .askAll(new ListTransactions(data, after, LISTED_AT_ONCE), request.principal())
                .compose(pages -> {
                    MergedPage<ListTransactionsResponseData.TransactionState> merged = MergedPage.of(
                            pages,
                            new MergedPage.View<>(
                                    page -> page.response().transactionStates(),
                                    ListedTransactions::last,
                                    ListTransactionsResponseData.TransactionState::transactionalId));
                    TreeSet<String> unknown = new TreeSet<>(whole.unknownStateFilters());
                    for (ListedTransactions page : pages)
                        unknown.addAll(page.response().unknownStateFilters());
                    whole.setUnknownStateFilters(new ArrayList<>(unknown));
                    whole.transactionStates().addAll(merged.items());
                    return merged.next() == null ? Future.succeededFuture() : listFrom(merged.next(), request, whole);
                });
    }

    private static ListTransactionsResponseData matching(ListTransactionsResponseData whole, BoundedPattern pattern) {
        try {
            List<ListTransactionsResponseData.TransactionState> matching = new ArrayList<>();
            long steps = 0;
            for (ListTransactionsResponseData.TransactionState state : whole.transactionStates()) {
                steps += pattern.steps(state.transactionalId());
                if (steps > BoundedPattern.MAX_STEPS) return refused();
                if (pattern.matches(state.transactionalId())) matching.add(state);
            }
            return whole.setTransactionStates(matching);
        } catch (BoundedPattern.PatternRefusedException refused) {
            return refused();
        }
    }

    /** The response has no field for an error message. */
    private static ListTransactionsResponseData refused() {
        return new ListTransactionsResponseData().setErrorCode(Errors.INVALID_REGULAR_EXPRESSION.code());
    }
}
