package io.letterbox.rest;

import io.letterbox.bus.Groups;
import io.letterbox.bus.LogReader;
import io.letterbox.bus.Metadata;
import io.letterbox.bus.Partitions;
import io.letterbox.bus.Transactions;
import io.letterbox.config.LetterboxConfig;
import io.letterbox.ingress.ByteBudget;
import io.letterbox.telemetry.Meters;
import io.letterbox.time.GuardedClock;

/**
 * What the HTTP doors of all event loops have in common; every component is safe from any thread.
 *
 * @param clock the node's
 * @param config the settings
 * @param metadata which topics there are
 * @param reader the read side of the storage
 * @param partitions the write side of the storage
 * @param meters what is counted
 * @param budget the bytes that publishers may have under way
 * @param pages the bytes that pages of records under way to their readers may take
 * @param groups the coordinators of consumer groups
 * @param transactions where producer ids come from
 */
public record Backend(
        GuardedClock clock,
        LetterboxConfig config,
        Metadata metadata,
        LogReader reader,
        Partitions partitions,
        Meters meters,
        ByteBudget budget,
        ByteBudget pages,
        Groups groups,
        Transactions transactions) {}
