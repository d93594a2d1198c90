package io.letterbox.it.kafka;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * The threads of clients that continue whatever happens to the server, and the first failure that none of them may
 * have.
 */
final class CrashClients implements AutoCloseable {
    /** A client that repeats one step, created, used and closed on one thread. */
    interface Client extends AutoCloseable {
        void turn() throws InterruptedException;

        @Override
        void close();
    }

    /** Written by idempotent producers with several requests in flight. */
    static final String PLAIN = "plain";

    /** Written in transactions, some of which are aborted. */
    static final String MOVES = "moves";

    /** Written in transactions that also commit the offsets of their input. */
    static final String DERIVED = "derived";

    static final int PARTITIONS = 3;

    /** How long a client repeats a request without an answer; a start takes a second or two. */
    private static final int PATIENCE_MS = 120_000;

    private static final int REQUEST_TIMEOUT_MS = 10_000;
    private static final long LAST_ANSWER_MS = PATIENCE_MS + 10_000;

    private final List<Thread> threads = new ArrayList<>();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private volatile boolean stopped;

    /** Starts a client that repeats its step until {@link #close()}. */
    void start(String name, Supplier<Client> opening) {
        Thread thread = new Thread(() -> run(name, opening), name);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    private void run(String name, Supplier<Client> opening) {
        try (Client client = opening.get()) {
            while (!stopped) client.turn();
        } catch (InterruptedException | RuntimeException | AssertionError e) {
            failure.compareAndSet(null, new AssertionError(name + " failed", e));
        }
    }

    /** An unexpected failure of a client, or null. */
    Throwable failure() {
        return failure.get();
    }

    /** Lets each client finish its step, and waits for it. */
    @Override
    public void close() {
        stopped = true;
        for (Thread thread : threads) {
            try {
                thread.join(LAST_ANSWER_MS);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            if (thread.isAlive()) {
                throw new IllegalStateException(thread.getName() + " waits for an answer that does not come");
            }
        }
    }

    /** A producer that finds its server again soon, and retries for as long as a start can take. */
    static KafkaProducer<String, String> producer(String bootstrap, String setting, Object value) {
        return Clients.producer(
                bootstrap,
                setting,
                value,
                "delivery.timeout.ms",
                PATIENCE_MS,
                "max.block.ms",
                PATIENCE_MS,
                "request.timeout.ms",
                REQUEST_TIMEOUT_MS,
                "reconnect.backoff.max.ms",
                100);
    }

    /** Repeats the call after a timeout, as the client allows: only then the outcome of the transaction is known. */
    static void untilKnown(Runnable ending) {
        for (int tries = 0; tries < 3; tries++) {
            try {
                ending.run();
                return;
            } catch (TimeoutException e) {
                continue;
            }
        }
        throw new AssertionError("a transaction does not end");
    }
}
