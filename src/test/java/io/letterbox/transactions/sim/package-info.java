/**
 * Transactions in a simulation: the real coordinator and the real rules of partitions, with a network that delays,
 * loses and repeats, a server that crashes and forgets what was not committed, and producers that fall asleep. A run is
 * determined by its seed.
 */
package io.letterbox.transactions.sim;
