package io.letterbox.transactions;

import io.letterbox.coordinator.Ask;
import io.letterbox.coordinator.CoordinatorEffect;

/**
 * A question cannot be answered without a new producer id. {@link TransactionCommand.WithProducerId} follows; where there is
 * none to be had, the shell refuses the question.
 *
 * @param question what was asked
 */
public record AcquireProducerId(Ask<?> question) implements CoordinatorEffect {}
