package io.letterbox.ingress;

import io.letterbox.bus.FetchReader;
import io.letterbox.bus.Groups;
import io.letterbox.bus.Metadata;
import io.letterbox.bus.Partitions;
import io.letterbox.bus.Transactions;
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
 * @param groups the coordinators of consumer groups
 * @param transactions the coordinators of transactions, and producer ids
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
        Groups groups,
        Transactions transactions,
        Meters meters,
        ByteBudget budget,
        ByteBudget pages) {}
