/**
 * How a replica's files get from one node to another: a pinned checkpoint, fetched range by range, so that a copy that
 * is interrupted goes on where it was. {@link io.letterbox.cluster.copy.CopyPlan} and {@link
 * io.letterbox.cluster.copy.CopyBudget} decide what is asked and when, {@link io.letterbox.cluster.copy.CopyCodec} says
 * how it looks on the wire, {@link io.letterbox.cluster.copy.CopySource} and {@link
 * io.letterbox.cluster.copy.CopyTarget} read and write the files, on workers. Time and ids are arguments; what goes
 * over sockets is elsewhere.
 */
package io.letterbox.cluster.copy;
