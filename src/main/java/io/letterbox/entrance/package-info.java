/**
 * Admission of connections, of whatever protocol: they are counted from the moment that they are accepted, limited per
 * server and per address, and closed if they stay silent. {@link io.letterbox.entrance.AcceptedConnections} decides,
 * and is pure; {@link io.letterbox.entrance.Entrance} accepts connections and carries the decisions out.
 *
 * <p>Everything here is owned by the one event loop that accepts connections, unless it says otherwise.
 */
package io.letterbox.entrance;
