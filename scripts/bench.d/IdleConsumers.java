import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Assignment;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.ObjectSerializationCache;

/**
 * Many consumers without records to read: each joins its group, keeps its heartbeat and its long poll going on two
 * connections, as the Java client does with its own defaults (3 s and 500 ms), but all on one thread, so that most of
 * the machine is left to the server. Prints what the server used once every group had been quiet for a while.
 *
 * <p>Arguments: bootstrap, the server's process id, consumers, groups, topics (idle-0...), partitions of each, seconds.
 */
public final class IdleConsumers {
    private static final int HEARTBEAT_MS = 3000;
    private static final int FETCH_WAIT_MS = 500;
    private static final int RETRY_MS = 200;
    private static final int SESSION_TIMEOUT_MS = 45_000;
    private static final int REBALANCE_TIMEOUT_MS = 300_000;
    private static final int SETTLED_MS = 10_000;
    private static final int START_LIMIT_MS = 180_000;
    private static final int RECEIVE_BYTES = 1 << 16;

    private final Selector selector;
    private final InetSocketAddress server;
    private final int groups;
    private final int topics;
    private final int partitions;
    private final List<Member> members = new ArrayList<>();
    private final ByteBuffer send = ByteBuffer.allocate(RECEIVE_BYTES);
    private long requests;
    private long lastChangeMs;

    private IdleConsumers(InetSocketAddress server, int groups, int topics, int partitions) throws IOException {
        this.selector = Selector.open();
        this.server = server;
        this.groups = groups;
        this.topics = topics;
        this.partitions = partitions;
    }

    public static void main(String[] arguments) throws IOException {
        String[] address = arguments[0].split(":");
        InetSocketAddress server = new InetSocketAddress(address[0], Integer.parseInt(address[1]));
        IdleConsumers run =
                new IdleConsumers(server, number(arguments[3]), number(arguments[4]), number(arguments[5]));
        run.measure(arguments[1], number(arguments[2]), number(arguments[6]));
    }

    private static int number(String text) {
        return Integer.parseInt(text);
    }

    private void measure(String pid, int consumers, int seconds) throws IOException {
        for (int i = 0; i < consumers; i++) {
            Member member = new Member(i);
            members.add(member);
            member.findCoordinator();
            turn();
        }
        long giveUp = nowMs() + START_LIMIT_MS;
        while (nowMs() < giveUp && (ready() < consumers || nowMs() - lastChangeMs < SETTLED_MS)) turn();
        double before = cpuSeconds(pid);
        long requestsBefore = requests;
        long startMs = nowMs();
        while (nowMs() - startMs < seconds * 1000L) turn();
        System.out.printf(
                Locale.ROOT,
                "ready=%d seconds=%.2f server_cpu_s=%.2f server_rss_mib=%.1f requests=%d%n",
                ready(),
                (nowMs() - startMs) / 1000.0,
                cpuSeconds(pid) - before,
                rssMib(pid),
                requests - requestsBefore);
    }

    private long ready() {
        return members.stream().filter(Member::isIdle).count();
    }

    private static long nowMs() {
        return System.nanoTime() / 1_000_000;
    }

    private static double cpuSeconds(String pid) throws IOException {
        String stat = Files.readString(Path.of("/proc", pid, "stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / 100.0;
    }

    private static double rssMib(String pid) throws IOException {
        return Files.readAllLines(Path.of("/proc", pid, "status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) / 1024)
                .sum();
    }

    /** One pass of the selector, and the tasks that are due. */
    private void turn() throws IOException {
        selector.select(key -> ((Connection) key.attachment()).readable(), 5);
        long now = nowMs();
        for (Member member : members) {
            if (member.due != null && now >= member.dueMs) {
                Runnable due = member.due;
                member.due = null;
                due.run();
            }
        }
    }

    /** A connection with at most one request in flight. */
    private final class Connection {
        private final SocketChannel channel;
        private final ByteBuffer length = ByteBuffer.allocate(4);
        private ByteBuffer answer;
        private ApiKeys api;
        private short version;
        private int correlation;
        private Consumer<ByteBufferAccessor> handler;

        Connection() throws IOException {
            channel = SocketChannel.open(server);
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ, this);
        }

        void ask(ApiKeys key, int apiVersion, ApiMessage body, Consumer<ByteBufferAccessor> answered) {
            api = key;
            version = (short) apiVersion;
            handler = answered;
            RequestHeaderData header = new RequestHeaderData()
                    .setRequestApiKey(key.id)
                    .setRequestApiVersion(version)
                    .setCorrelationId(++correlation)
                    .setClientId("idle");
            short headerVersion = key.requestHeaderVersion(version);
            ObjectSerializationCache cache = new ObjectSerializationCache();
            int size = header.size(cache, headerVersion) + body.size(cache, version);
            send.clear();
            send.putInt(size);
            header.write(new ByteBufferAccessor(send), cache, headerVersion);
            body.write(new ByteBufferAccessor(send), cache, version);
            send.flip();
            requests++;
            try {
                // A request is small and the only one in flight, so the socket's buffer takes it as a whole.
                if (channel.write(send) != size + 4) throw new IOException("the socket takes no more");
            } catch (IOException e) {
                throw new IllegalStateException(key + " could not be sent", e);
            }
        }

        void readable() {
            try {
                int count;
                while ((count = channel.read(answer == null ? length : answer)) > 0) {
                    if (answer == null && !length.hasRemaining()) {
                        answer = ByteBuffer.allocate(length.flip().getInt());
                        length.clear();
                    } else if (answer != null && !answer.hasRemaining()) {
                        ByteBuffer whole = answer.flip();
                        answer = null;
                        // The header: a correlation id, and in flexible versions no tagged fields (one byte).
                        whole.position(api.responseHeaderVersion(version) >= 1 ? 5 : 4);
                        handler.accept(new ByteBufferAccessor(whole));
                    }
                }
                if (count < 0) throw new IOException("closed by the server");
            } catch (IOException e) {
                throw new IllegalStateException("waiting for " + api, e);
            }
        }
    }

    /** One consumer, driven by the handlers of responses and by due times. */
    private final class Member {
        private final String group;
        private final String topic;
        private final Connection coordinator = new Connection();
        private final Connection fetches = new Connection();
        private String id = "";
        private int generation = -1;
        private int sessionId;
        private int sessionEpoch;
        private List<TopicPartition> assigned = List.of();
        private boolean heartbeats;
        private boolean polls;
        private Runnable due;
        private long dueMs;

        Member(int number) throws IOException {
            group = "idle-group-" + number % groups;
            topic = "idle-" + number % groups % topics;
        }

        boolean isIdle() {
            return heartbeats && polls;
        }

        private void later(int ms, Runnable what) {
            due = what;
            dueMs = nowMs() + ms;
        }

        void findCoordinator() {
            FindCoordinatorRequestData request =
                    new FindCoordinatorRequestData().setKeyType((byte) 0).setCoordinatorKeys(List.of(group));
            coordinator.ask(ApiKeys.FIND_COORDINATOR, 4, request, in -> {
                short error = new FindCoordinatorResponseData(in, (short) 4).coordinators().get(0).errorCode();
                later(error == 0 ? 0 : RETRY_MS, error == 0 ? this::join : this::findCoordinator);
            });
        }

        private void join() {
            heartbeats = false;
            lastChangeMs = nowMs();
            JoinGroupRequestData.JoinGroupRequestProtocolCollection protocols =
                    new JoinGroupRequestData.JoinGroupRequestProtocolCollection();
            byte[] subscription = bytes(ConsumerProtocol.serializeSubscription(new Subscription(List.of(topic))));
            protocols.add(new JoinGroupRequestData.JoinGroupRequestProtocol().setName("range").setMetadata(subscription));
            JoinGroupRequestData request = new JoinGroupRequestData()
                    .setGroupId(group)
                    .setMemberId(id)
                    .setProtocolType("consumer")
                    .setSessionTimeoutMs(SESSION_TIMEOUT_MS)
                    .setRebalanceTimeoutMs(REBALANCE_TIMEOUT_MS)
                    .setProtocols(protocols);
            coordinator.ask(ApiKeys.JOIN_GROUP, 7, request, in -> joined(new JoinGroupResponseData(in, (short) 7)));
        }

        private void joined(JoinGroupResponseData answer) {
            if (answer.errorCode() == Errors.NONE.code()) {
                id = answer.memberId();
                generation = answer.generationId();
                sync(answer.leader().equals(id) ? shares(answer.members()) : List.of());
            } else {
                boolean named = answer.errorCode() == Errors.MEMBER_ID_REQUIRED.code();
                id = named ? answer.memberId() : "";
                later(named ? 0 : RETRY_MS, this::join);
            }
        }

        /** The leader's assignment: the topic's partitions, round robin. */
        private List<SyncGroupRequestData.SyncGroupRequestAssignment> shares(
                List<JoinGroupResponseData.JoinGroupResponseMember> everyone) {
            List<SyncGroupRequestData.SyncGroupRequestAssignment> shares = new ArrayList<>();
            for (int i = 0; i < everyone.size(); i++) {
                List<TopicPartition> share = new ArrayList<>();
                for (int p = i; p < partitions; p += everyone.size()) share.add(new TopicPartition(topic, p));
                shares.add(new SyncGroupRequestData.SyncGroupRequestAssignment()
                        .setMemberId(everyone.get(i).memberId())
                        .setAssignment(bytes(ConsumerProtocol.serializeAssignment(new Assignment(share)))));
            }
            return shares;
        }

        private void sync(List<SyncGroupRequestData.SyncGroupRequestAssignment> shares) {
            SyncGroupRequestData request = new SyncGroupRequestData()
                    .setGroupId(group)
                    .setMemberId(id)
                    .setGenerationId(generation)
                    .setProtocolType("consumer")
                    .setProtocolName("range")
                    .setAssignments(shares);
            coordinator.ask(ApiKeys.SYNC_GROUP, 5, request, in -> {
                SyncGroupResponseData answer = new SyncGroupResponseData(in, (short) 5);
                if (answer.errorCode() != 0) {
                    later(RETRY_MS, this::join);
                    return;
                }
                boolean first = assigned.isEmpty();
                assigned = ConsumerProtocol.deserializeAssignment(ByteBuffer.wrap(answer.assignment())).partitions();
                sessionEpoch = 0;
                later(HEARTBEAT_MS, this::heartbeat);
                if (first && !assigned.isEmpty()) fetch();
            });
        }

        private void heartbeat() {
            HeartbeatRequestData request =
                    new HeartbeatRequestData().setGroupId(group).setMemberId(id).setGenerationId(generation);
            coordinator.ask(ApiKeys.HEARTBEAT, 4, request, in -> {
                short error = new HeartbeatResponseData(in, (short) 4).errorCode();
                heartbeats = error == 0;
                if (error == Errors.UNKNOWN_MEMBER_ID.code()) id = "";
                later(error == 0 ? HEARTBEAT_MS : 0, error == 0 ? this::heartbeat : this::join);
            });
        }

        /** The first fetch names the partitions and opens a session; those after it use the session. */
        private void fetch() {
            FetchRequestData request = new FetchRequestData()
                    .setMaxWaitMs(FETCH_WAIT_MS)
                    .setMinBytes(1)
                    .setMaxBytes(52_428_800)
                    .setSessionId(sessionEpoch == 0 ? 0 : sessionId)
                    .setSessionEpoch(sessionEpoch);
            if (sessionEpoch == 0) {
                List<FetchRequestData.FetchPartition> partitions = assigned.stream()
                        .map(p -> new FetchRequestData.FetchPartition()
                                .setPartition(p.partition())
                                .setFetchOffset(0)
                                .setPartitionMaxBytes(1_048_576))
                        .toList();
                request.setTopics(List.of(new FetchRequestData.FetchTopic().setTopic(topic).setPartitions(partitions)));
            }
            fetches.ask(ApiKeys.FETCH, 12, request, in -> {
                FetchResponseData answer = new FetchResponseData(in, (short) 12);
                polls = answer.errorCode() == 0;
                sessionId = answer.sessionId();
                sessionEpoch = polls && sessionId != 0 ? sessionEpoch + 1 : 0;
                fetch();
            });
        }
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }
}
