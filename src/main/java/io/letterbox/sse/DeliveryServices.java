package io.letterbox.sse;

import io.letterbox.bus.Groups;
import io.letterbox.bus.LogReader;
import io.letterbox.bus.Metadata;
import io.letterbox.config.SseConfig;
import io.letterbox.http.Proxies;
import io.letterbox.telemetry.Meters;

/**
 * What the deliveries of all event loops are given alike.
 *
 * @param slots the one that all of them share
 * @param groups the way to the coordinators
 * @param groupSessionMs after which time of silence a member of a group is given up
 * @param proxies who may say for whom it asks
 */
public record DeliveryServices(
        LogReader reader,
        Metadata metadata,
        Meters meters,
        SubscriberSlots slots,
        SseConfig config,
        Groups groups,
        int groupSessionMs,
        Proxies proxies) {}
