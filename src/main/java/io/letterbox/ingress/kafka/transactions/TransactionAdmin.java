package io.letterbox.ingress.kafka.transactions;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.letterbox.ingress.kafka.KafkaBackend;
import io.letterbox.ingress.kafka.KafkaRequest;
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
        return backend.transactions().askAll(new ListAll(data)).map(parts -> merge(parts, pattern));
    }

    /** Takes time in proportion to the text, whatever the expression: strangers write it, and an event loop waits. */
    private static Pattern pattern(String expression) {
        return expression == null || expression.isEmpty() ? null : Pattern.compile(expression);
    }

    private static ListTransactionsResponseData merge(List<ListTransactionsResponseData> parts, Pattern pattern) {
        ListTransactionsResponseData whole = new ListTransactionsResponseData();
        TreeSet<String> unknown = new TreeSet<>();
        for (ListTransactionsResponseData part : parts) {
            unknown.addAll(part.unknownStateFilters());
            for (var state : part.transactionStates()) {
                if (pattern == null || pattern.matches(state.transactionalId()))
                    whole.transactionStates().add(state);
            }
        }
        whole.unknownStateFilters().addAll(unknown);
        return whole;
    }
}
