package io.letterbox.transactions.sim;

import io.letterbox.record.TopicPartition;
import io.letterbox.transactions.TransactionCommand.AddPartitionsToTxn;
import io.letterbox.transactions.TransactionCommand.EndTransaction;
import io.letterbox.transactions.TransactionCommand.InitProducer;
import io.letterbox.transactions.TransactionCommand.Intent;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.EndTxnResponseData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.protocol.Errors;

/** A producer: makes one transaction after the other, sometimes sleeps in the middle of one, until it is fenced. */
final class SimProducer {
    static final int TIMEOUT_MS = 2000;

    private final SimWorld world;
    private final SimNetwork network;
    private final SimHistory book;
    private final String id;

    /** True for the protocol in which every transaction has its own epoch. */
    private final boolean raising;

    private final int[] sequences = new int[SimServer.PARTITIONS];
    private long producerId = -1;
    private short epoch = -1;
    private SimHistory.Transaction current;
    private Set<Integer> announced = Set.of();
    private int toSend;

    SimProducer(SimWorld world, SimNetwork network, SimHistory book, String id, boolean raising) {
        this.world = world;
        this.network = network;
        this.book = book;
        this.id = id;
        this.raising = raising;
    }

    void start() {
        book.started(id);
        introduce();
    }

    private void introduce() {
        InitProducerIdRequestData data =
                new InitProducerIdRequestData().setTransactionalId(id).setTransactionTimeoutMs(TIMEOUT_MS);
        this.<InitProducerIdResponseData>call(
                (server, answer) -> server.ask(new InitProducer(data), answer), this::initialised);
    }

    private <R> void call(SimNetwork.Request<R> request, java.util.function.Consumer<R> answer) {
        network.call(request, raising, answer);
    }

    private void initialised(InitProducerIdResponseData answer) {
        Errors error = Errors.forCode(answer.errorCode());
        if (error == Errors.CONCURRENT_TRANSACTIONS) {
            world.after(world.between(10, 100), this::introduce);
        } else if (error == Errors.NONE) {
            own(answer.producerId(), answer.producerEpoch());
            begin();
        } else throw new AssertionError(error);
    }

    private void own(long newId, short newEpoch) {
        if (newId != producerId || newEpoch != epoch) java.util.Arrays.fill(sequences, 0);
        producerId = newId;
        epoch = newEpoch;
    }

    private void begin() {
        if (!network.faulty) return;
        current = book.open();
        toSend = (int) world.between(0, 5);
        announced = Set.of();
        world.after(world.between(0, 50), this::goOn);
    }

    private void goOn() {
        // Sometimes longer than the transaction's timeout.
        if (world.chance(0.02)) world.after(world.between(TIMEOUT_MS / 2, TIMEOUT_MS * 3), this::act);
        else act();
    }

    private void act() {
        if (toSend-- > 0) {
            int partition = world.random.nextInt(SimServer.PARTITIONS);
            if (raising || announced.contains(partition)) send(partition);
            else announce(partition);
        } else if (current.written().isEmpty()) {
            world.after(10, this::begin);
        } else {
            end(world.chance(0.7));
        }
    }

    private void announce(int number) {
        TopicPartition partition = new TopicPartition(SimServer.TOPIC, number);
        AddPartitionsToTxn add = new AddPartitionsToTxn(id, producerId, epoch, Set.of(partition), Intent.ADD_CLASSIC);
        this.<Errors>call(
                (server, answer) -> server.ask(add, verdicts -> answer.accept(verdicts.get(partition))), error -> {
                    if (error == Errors.CONCURRENT_TRANSACTIONS) {
                        world.after(20, () -> announce(number));
                    } else if (error == Errors.NONE) {
                        List<Integer> more = new ArrayList<>(announced);
                        more.add(number);
                        announced = Set.copyOf(more);
                        send(number);
                    } else die(error);
                });
    }

    private void send(int partition) {
        SimBatch batch =
                new SimBatch(partition, producerId, epoch, sequences[partition], book.value(current, partition));
        transmit(batch);
    }

    private void transmit(SimBatch batch) {
        Intent intent = raising ? Intent.ADD : Intent.VERIFY;
        this.<Errors>call((server, answer) -> server.produce(id, batch, intent, answer), error -> {
            if (error == Errors.NONE) {
                sequences[batch.partition()]++;
                current.written().add(batch);
                goOn();
            } else if (error == Errors.CONCURRENT_TRANSACTIONS) {
                world.after(20, () -> transmit(batch));
            } else if (error == Errors.PRODUCER_FENCED
                    || error == Errors.INVALID_PRODUCER_EPOCH
                    || error == Errors.INVALID_PRODUCER_ID_MAPPING) {
                die(error);
            } else {
                end(false);
            }
        });
    }

    private void end(boolean commit) {
        current.asked(commit);
        EndTxnRequestData data = new EndTxnRequestData()
                .setTransactionalId(id)
                .setProducerId(producerId)
                .setProducerEpoch(epoch)
                .setCommitted(commit);
        this.<EndTxnResponseData>call(
                (server, answer) -> server.ask(new EndTransaction(data, raising), answer), answer -> {
                    Errors error = Errors.forCode(answer.errorCode());
                    if (error == Errors.NONE) {
                        current.confirmed();
                        own(answer.producerId(), answer.producerEpoch());
                        begin();
                    } else if (error == Errors.CONCURRENT_TRANSACTIONS) {
                        world.after(20, () -> end(commit));
                    } else die(error);
                });
    }

    /** Ends, and starts a successor unless another producer has the id already. */
    private void die(Errors error) {
        book.died(id, error);
        if (network.faulty && book.alive(id) == 0) {
            world.after(world.between(1, 500), () -> new SimProducer(world, network, book, id, raising).start());
        }
    }
}
