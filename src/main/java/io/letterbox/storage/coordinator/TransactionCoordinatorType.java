package io.letterbox.storage.coordinator;

import io.letterbox.coordinator.Coordinator;
import io.letterbox.coordinator.CoordinatorEffect;
import io.letterbox.coordinator.CoordinatorRequest;
import io.letterbox.error.ApiException;
import io.letterbox.error.ErrorCode;
import io.letterbox.record.TopicName;
import io.letterbox.record.TopicPartition;
import io.letterbox.text.FileTrouble;
import io.letterbox.transactions.AcquireProducerId;
import io.letterbox.transactions.TransactionCommand;
import io.letterbox.transactions.TransactionCoordinator;
import io.letterbox.transactions.TransactionLimits;
import io.letterbox.transactions.WriteMarkers;

/** The coordinators of transactions, on the partitions of {@code __transaction_state}. */
public final class TransactionCoordinatorType implements CoordinatorType {
    private final TransactionLimits limits;
    private final MarkerDelivery.TransactionServices surroundings;

    /** @param surroundings the services that markers and new producer ids need */
    public TransactionCoordinatorType(TransactionLimits limits, MarkerDelivery.TransactionServices surroundings) {
        this.limits = limits;
        this.surroundings = surroundings;
    }

    @Override
    public String topic() {
        return TopicName.TRANSACTION_STATE;
    }

    @Override
    public Coordinator create(TopicPartition partition) {
        return new TransactionCoordinator(limits);
    }

    @Override
    public void perform(Origin from, CoordinatorEffect effect) {
        if (effect instanceof WriteMarkers markers) new MarkerDelivery(surroundings, from, markers).start();
        else if (effect instanceof AcquireProducerId acquire) acquire(acquire.question(), from);
        else throw new AssertionError("nobody performs " + effect);
    }

    private <R> void acquire(CoordinatorRequest<R> question, Origin from) {
        surroundings
                .producerIds()
                .next()
                .compose(id -> from.ask(new TransactionCommand.WithProducerId(question, id)))
                .onFailure(failure -> from.refuse(question, refusal(failure)));
    }

    private static ApiException refusal(Throwable failure) {
        if (failure instanceof ApiException known) return known;
        return new ApiException(
                ErrorCode.COORDINATOR_NOT_AVAILABLE,
                "There is no new producer id to be had: " + FileTrouble.reason(failure));
    }
}
