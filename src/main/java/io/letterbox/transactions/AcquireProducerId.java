package io.letterbox.transactions;

import io.letterbox.coordinator.CoordinatorEffect;
import io.letterbox.coordinator.CoordinatorRequest;

/**
 * The effect of a request that needs a new producer id. The shell sends {@link TransactionCommand.WithProducerId} when
 * it has one, and refuses the request if it cannot get one.
 *
 * @param question the request
 */
public record AcquireProducerId(CoordinatorRequest<?> question) implements CoordinatorEffect {}
