/**
 * The HTTP door: publishing, topics, pages of records, the cluster, and the description of all that in OpenAPI.
 *
 * <p>There is one {@link io.letterbox.rest.HttpIngress} per event loop, and everything it makes is owned by that loop;
 * only {@link io.letterbox.ingress.ByteBudget} is shared, one for bodies and one for pages. A publish goes parse →
 * partition → {@link io.letterbox.publishing.PublishBatcher} → shard, and its answer comes back the same way. This room
 * never blocks, never touches a file and never knows who reads what it takes in.
 */
package io.letterbox.rest;
