/**
 * The Kafka door, proven by software that we did not write: Apache Kafka's clients of two ages, its command-line tools,
 * Streams and Connect, librdkafka's kcat and kafkajs, each against a real server process and each looking at contents.
 * Beside them the workload that is killed again and again, with the checker that judges its history in Jepsen's words.
 *
 * <p>What is not on the server's class path runs as a process of its own, from the class paths that
 * {@code scripts/kafka.d/classpath} resolves. Every test can be held against Apache Kafka itself, which is how it was
 * found to be right: {@code -Dletterbox.bootstrap=127.0.0.1:9092} names a broker that already runs.
 */
package io.letterbox.it.kafka;
