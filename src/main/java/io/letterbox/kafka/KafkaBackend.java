package io.letterbox.kafka;

import io.letterbox.bus.FetchReader;
import io.letterbox.bus.Groups;
import io.letterbox.bus.Metadata;
import io.letterbox.bus.Partitions;
import io.letterbox.bus.Transactions;
import io.letterbox.config.LetterboxConfig;
import io.letterbox.ingress.ByteBudget;
import io.letterbox.telemetry.Meters;

/**
 * What the Kafka doors of all event loops have in common; every component is safe from any thread.
 *
 * @param config the settings
 * @param metadata which topics there are
 * @param reader the read side of the storage
 * @param partitions the write side of the storage
 * @param meters what is counted
 * @param budget the bytes that publishers of both doors may have under way
 * @param groups the coordinators of consumer groups
 * @param transactions the coordinators of transactions, and producer ids
 */
public record KafkaBackend(
        LetterboxConfig config,
        Metadata metadata,
        FetchReader reader,
        Partitions partitions,
        Meters meters,
        ByteBudget budget,
        Groups groups,
        Transactions transactions) {}
