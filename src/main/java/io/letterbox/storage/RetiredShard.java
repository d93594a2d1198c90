package io.letterbox.storage;

import io.letterbox.bus.Append;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import java.util.Map;

/** Answers what is still sent to a shard that is out of service while its node goes on: another node leads it. */
final class RetiredShard {
    private RetiredShard() {}

    static void refuse(int shard, Object message) {
        ApiException refusal = NotLeadingException.refusal(shard);
        if (message instanceof Append append) append.done().fail(refusal);
        else if (message instanceof ShardMessage.Appends all)
            all.appends().forEach(each -> each.done().fail(refusal));
        else if (message instanceof ShardMessage.Ask ask) ask.request().reply().fail(notCoordinator());
        else if (message instanceof ShardMessage.DeleteRecords deletion)
            deletion.done().fail(refusal);
        else if (message instanceof ShardMessage.ApplyImage apply) apply.done().tryComplete(Map.of());
        else if (message instanceof ShardMessage.FindProducer ask) ask.done().fail(refusal);
        else if (message instanceof ShardMessage.DescribeProducers ask)
            ask.done().fail(refusal);
        else throw new AssertionError("a shard does not understand " + message);
    }

    private static ApiException notCoordinator() {
        return new ApiException(ErrorCode.NOT_COORDINATOR, "Another node coordinates that now.");
    }
}
