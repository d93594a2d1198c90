/**
 * The Kafka server, tested with other people's software: two versions of Apache Kafka's clients, its command-line
 * tools, Streams and Connect, librdkafka's kcat and kafkajs, each with a real server process and with checks of the
 * contents. In addition the workload with repeated kills, with a checker that judges its history in Jepsen's terms.
 *
 * <p>Software that is not on the server's class path runs in processes of its own, with the class paths that
 * {@code scripts/kafka.d/classpath} resolves. Every test can also be run with Apache Kafka itself, which is how the
 * tests were validated: {@code -Dletterbox.bootstrap=127.0.0.1:9092} names a running broker.
 */
package io.letterbox.it.kafka;
