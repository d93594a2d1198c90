/**
 * How nodes become a cluster: once, all of them or none, and never two clusters of the same nodes.
 *
 * <p>Pure: {@link io.letterbox.cluster.birth.Birth} is handed what probes have told and says what to tell others, what
 * to write down, and in words what it waits for.
 */
package io.letterbox.cluster.birth;
