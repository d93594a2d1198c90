/**
 * Where a cluster's shards are held, and which replica of them leads. Pure: decided from what the metadata say and from
 * what leaders know of their followers; carried out elsewhere.
 */
package io.letterbox.cluster.placement;
