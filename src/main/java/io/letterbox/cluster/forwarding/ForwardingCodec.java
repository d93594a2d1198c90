package io.letterbox.cluster.forwarding;

import io.letterbox.access.Principal;
import io.letterbox.cluster.forwarding.PartitionRequest.AskCoordinator;
import io.letterbox.cluster.forwarding.ValueCodec.Input;
import io.letterbox.coordinator.CoordinatorCommand;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.groups.GroupCommand;
import io.letterbox.record.TopicPartition;
import io.letterbox.transactions.TransactionCommand;
import io.vertx.core.buffer.Buffer;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Requests between nodes about partitions, and their answers, as bodies of the envelope that {@code Peers} send.
 *
 * <pre>
 *           ┌─────────┬───────────┬─────────────┬────────────────────────────────────────────────────────────
 * request   │ version │ operation │ fingerprint │ its components; of a command: partition, principal, command
 *           │ int8    │ int16     │ int32       │ {@link ValueCodec}
 *           └─────────┴───────────┴─────────────┴────────────────────────────────────────────────────────────
 *           ┌─────────┬─────────────────────────────
 * answer    │ version │ the value, {@link ValueCodec}
 *           │ int8    │
 *           └─────────┴─────────────────────────────
 * </pre>
 *
 * Refusals are the envelope's. The fingerprint is that of the types of request and answer: nodes whose versions of
 * Letterbox mean different things by an operation refuse it in words instead of misreading each other. Only the
 * operations in the table can be asked for. Safe from any thread.
 */
final class ForwardingCodec {
    static final byte VERSION = 1;

    /** Those that can be asked for, by number: the numbers stay what they are, and none is used twice. */
    private static final Map<Integer, Class<?>> OPERATIONS = Map.ofEntries(
            Map.entry(1, PartitionRequest.AppendBatch.class),
            Map.entry(2, PartitionRequest.DeleteRecords.class),
            Map.entry(3, PartitionRequest.DescribeProducers.class),
            Map.entry(4, PartitionRequest.FindProducer.class),
            Map.entry(5, PartitionRequest.DescribeStatuses.class),
            Map.entry(8, PartitionRequest.DescribeQuorum.class),
            Map.entry(101, GroupCommand.JoinGroup.class),
            Map.entry(102, GroupCommand.SyncGroup.class),
            Map.entry(103, GroupCommand.ClassicHeartbeat.class),
            Map.entry(104, GroupCommand.LeaveGroup.class),
            Map.entry(105, GroupCommand.ConsumerGroupHeartbeat.class),
            Map.entry(106, GroupCommand.DescribeConsumerGroup.class),
            Map.entry(107, GroupCommand.CommitOffsets.class),
            Map.entry(108, GroupCommand.CommitTransactionOffsets.class),
            Map.entry(109, GroupCommand.FetchOffsets.class),
            Map.entry(110, GroupCommand.DeleteOffsets.class),
            Map.entry(111, GroupCommand.DeleteGroup.class),
            Map.entry(112, GroupCommand.DescribeGroup.class),
            Map.entry(113, GroupCommand.ListGroups.class),
            Map.entry(114, GroupCommand.ViewGroup.class),
            Map.entry(115, GroupCommand.ViewGroups.class),
            Map.entry(116, GroupCommand.CountGroups.class),
            Map.entry(117, GroupCommand.SetOffsets.class),
            Map.entry(201, TransactionCommand.InitProducer.class),
            Map.entry(202, TransactionCommand.AddPartitionsToTxn.class),
            Map.entry(203, TransactionCommand.EndTransaction.class),
            Map.entry(204, TransactionCommand.DescribeTransaction.class),
            Map.entry(205, TransactionCommand.ListTransactions.class));

    private static final Map<Class<?>, Integer> NUMBERS = new HashMap<>();

    static {
        OPERATIONS.forEach((number, type) -> NUMBERS.put(type, number));
    }

    private final Map<Class<?>, Operation> operations = new ConcurrentHashMap<>();
    private final ValueCodec partition = new ValueCodec(TopicPartition.class);
    private final ValueCodec principal = new ValueCodec(Principal.class);

    /** What is written of one operation. */
    private record Operation(int number, ValueCodec request, ValueCodec answer, int fingerprint) {}

    /** Whether a command may be asked for on another node. Those of the server itself stay where they are. */
    boolean isKnown(Class<?> command) {
        return NUMBERS.containsKey(command) && operation(command) != null;
    }

    /** The request's body. */
    Buffer encode(PartitionRequest<?> request) {
        Buffer out = Buffer.buffer();
        Operation operation = operation(type(request));
        out.appendByte(VERSION).appendShort((short) operation.number()).appendInt(operation.fingerprint());
        if (request instanceof AskCoordinator<?> ask) {
            partition.write(out, ask.partition());
            principal.write(out, ask.principal());
            operation.request().write(out, ask.command());
        } else {
            operation.request().write(out, request);
        }
        return out;
    }

    /**
     * @throws ApiException NODE_UNREACHABLE if this node does not know the operation, as an older or a newer version
     *     may; INVALID_REQUEST if the bytes are none of a request
     */
    PartitionRequest<?> decode(Buffer body) {
        Input in = new Input(body);
        requireVersion(in.int8());
        int number = in.int16();
        Class<?> type = OPERATIONS.get(number);
        if (type == null) throw unknown("the operation " + number);
        Operation operation = operation(type);
        if (in.int32() != operation.fingerprint()) throw unknown("this form of " + type.getSimpleName());
        PartitionRequest<?> request = CoordinatorCommand.class.isAssignableFrom(type)
                ? new AskCoordinator<>(
                        present((TopicPartition) partition.read(in)),
                        present((Principal) principal.read(in)),
                        present((CoordinatorCommand<?>) operation.request().read(in)))
                : present((PartitionRequest<?>) operation.request().read(in));
        in.end();
        return request;
    }

    /** The body of the answer to a request. */
    Buffer encodeAnswer(PartitionRequest<?> request, Object answer) {
        Buffer out = Buffer.buffer().appendByte(VERSION);
        operation(type(request)).answer().write(out, answer);
        return out;
    }

    /** The answer to a request, whose type fixes that of the answer. */
    @SuppressWarnings("unchecked")
    <R> R decodeAnswer(PartitionRequest<R> request, Buffer body) {
        Input in = new Input(body);
        requireVersion(in.int8());
        Object answer = operation(type(request)).answer().read(in);
        in.end();
        return (R) answer;
    }

    private static Class<?> type(PartitionRequest<?> request) {
        return request instanceof AskCoordinator<?> ask ? ask.command().getClass() : request.getClass();
    }

    private Operation operation(Class<?> type) {
        return operations.computeIfAbsent(type, ForwardingCodec::compile);
    }

    private static Operation compile(Class<?> type) {
        Integer number = NUMBERS.get(type);
        if (number == null) throw new IllegalArgumentException(type + " cannot be asked for on another node");
        ValueCodec request = new ValueCodec(type);
        ValueCodec answer = new ValueCodec(answerOf(type));
        return new Operation(number, request, answer, ValueCodec.fingerprint(request, answer));
    }

    /** What a request or a command is answered with: the argument of the interface that it implements. */
    private static Type answerOf(Class<?> type) {
        return ((ParameterizedType) type.getGenericInterfaces()[0]).getActualTypeArguments()[0];
    }

    private static <T> T present(T value) {
        if (value == null) throw ValueCodec.damaged("a component is missing");
        return value;
    }

    private static void requireVersion(byte version) {
        if (version != VERSION) throw unknown("version " + version + " of requests about partitions");
    }

    private static ApiException unknown(String what) {
        return new ApiException(
                ErrorCode.NODE_UNREACHABLE,
                "This node does not know " + what + ", which another node has sent: they run different versions of"
                        + " Letterbox.");
    }
}
