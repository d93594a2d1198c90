package io.letterbox.ingress;

import io.letterbox.bus.Coordinators;
import io.letterbox.bus.FetchReader;
import io.letterbox.bus.Metadata;
import io.letterbox.bus.Partitions;
import io.letterbox.bus.ProducerIdSource;
import io.letterbox.config.LetterboxConfig;
import io.letterbox.telemetry.Meters;
import io.letterbox.time.GuardedClock;

/**
 * The services that the doors of all event loops share. All components are safe from any thread.
 *
 * @param clock the node's clock
 * @param config the settings
 * @param metadata the cluster's metadata
 * @param reader the read side of the storage
 * @param partitions the write side of the storage
 * @param coordinators access to the coordinators of groups and transactions
 * @param producerIds allocates producer ids
 * @param meters the meters
 * @param budget the limit for bytes that publishers have in flight, over HTTP and Kafka together
 * @param pages the limit for bytes of pages of records that are in flight to their readers
 */
public record DoorServices(
        GuardedClock clock,
        LetterboxConfig config,
        Metadata metadata,
        FetchReader reader,
        Partitions partitions,
        Coordinators coordinators,
        ProducerIdSource producerIds,
        Meters meters,
        ByteBudget budget,
        ByteBudget pages) {}
