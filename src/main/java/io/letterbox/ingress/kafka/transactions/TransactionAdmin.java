package io.letterbox.ingress.kafka.transactions;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.letterbox.ingress.MergedPage;
import io.letterbox.ingress.kafka.KafkaBackend;
import io.letterbox.ingress.kafka.KafkaRequest;
import io.letterbox.transactions.ListedPage;
import io.letterbox.transactions.TransactionCommand.Describe;
import io.letterbox.transactions.TransactionCommand.ListAll;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.apache.kafka.common.message.DescribeTransactionsRequestData;
import org.apache.kafka.common.message.DescribeTransactionsResponseData;
import org.apache.kafka.common.message.DescribeTransactionsResponseData.TransactionState;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.message.ListTransactionsResponseData;
import org.apache.kafka.common.protocol.Errors;

/** What administrators ask about transactions (KIP-664, KIP-994, KIP-1152). Stateless. */
final class TransactionAdmin {
    /** Transactional ids of one coordinator that are looked at in one turn. */
    private static final int LISTED_AT_ONCE = 100;

    private final KafkaBackend backend;

    TransactionAdmin(KafkaBackend backend) {
        this.backend = backend;
    }

    /** DescribeTransactions. */
    Future<DescribeTransactionsResponseData> describe(KafkaRequest request) {
        List<Future<TransactionState>> each = new ArrayList<>();
        for (String id : request.body(DescribeTransactionsRequestData.class).transactionalIds()) {
            each.add(backend.transactions().ask(new Describe(id)).otherwise(failure -> new TransactionState()
                    .setTransactionalId(id)
                    .setErrorCode(Verification.errorOf(failure).code())));
        }
        return Future.join(each)
                .map(all -> new DescribeTransactionsResponseData().setTransactionStates(all.<TransactionState>list()));
    }

    /** ListTransactions. */
    Future<ListTransactionsResponseData> list(KafkaRequest request) {
        ListTransactionsRequestData data = request.body(ListTransactionsRequestData.class);
        Pattern pattern;
        try {
            pattern = pattern(data.transactionalIdPattern());
        } catch (PatternSyntaxException wrong) {
            return Future.succeededFuture(
                    new ListTransactionsResponseData().setErrorCode(Errors.INVALID_REGULAR_EXPRESSION.code()));
        }
        ListTransactionsResponseData whole = new ListTransactionsResponseData();
        return listFrom(null, data, pattern, whole).map(whole);
    }

    /** Between two pages, the loop and the shards see to others. */
    private Future<Void> listFrom(
            String after, ListTransactionsRequestData data, Pattern pattern, ListTransactionsResponseData whole) {
        return backend.transactions()
                .askAll(new ListAll(data, after, LISTED_AT_ONCE))
                .compose(pages -> {
                    MergedPage<ListTransactionsResponseData.TransactionState> merged = MergedPage.of(
                            pages,
                            new MergedPage.View<>(
                                    page -> page.response().transactionStates(),
                                    ListedPage::last,
                                    ListTransactionsResponseData.TransactionState::transactionalId));
                    merge(pages, merged.items(), pattern, whole);
                    return merged.next() == null
                            ? Future.succeededFuture()
                            : listFrom(merged.next(), data, pattern, whole);
                });
    }

    /** Takes time in proportion to the text, whatever the expression: strangers write it, and an event loop waits. */
    private static Pattern pattern(String expression) {
        return expression == null || expression.isEmpty() ? null : Pattern.compile(expression);
    }

    private static void merge(
            List<ListedPage> pages,
            List<ListTransactionsResponseData.TransactionState> states,
            Pattern pattern,
            ListTransactionsResponseData whole) {
        TreeSet<String> unknown = new TreeSet<>(whole.unknownStateFilters());
        for (ListedPage page : pages) unknown.addAll(page.response().unknownStateFilters());
        whole.setUnknownStateFilters(new ArrayList<>(unknown));
        for (ListTransactionsResponseData.TransactionState state : states) {
            if (pattern == null || pattern.matches(state.transactionalId()))
                whole.transactionStates().add(state);
        }
    }
}
