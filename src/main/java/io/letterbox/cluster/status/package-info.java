/**
 * How a cluster is: what each node says of itself ({@link io.letterbox.cluster.status.NodeReport}), asked of all of
 * them ({@link io.letterbox.cluster.status.ClusterSurvey}), and what follows from the answers: the picture of nodes and
 * shards, what is wrong in words, whether a node may be stopped, whether it is ready. What follows is pure; only the
 * survey talks to others.
 */
package io.letterbox.cluster.status;
