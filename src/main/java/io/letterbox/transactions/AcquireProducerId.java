package io.letterbox.transactions;

import io.letterbox.coordinator.CoordinatorEffect;
import io.letterbox.coordinator.CoordinatorRequest;

/**
 * A question cannot be answered without a new producer id. {@link TransactionCommand.WithProducerId} follows; where there is
 * none to be had, the shell refuses the question.
 *
 * @param question what was asked
 */
public record AcquireProducerId(CoordinatorRequest<?> question) implements CoordinatorEffect {}
