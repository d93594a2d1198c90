/**
 * Stands in for two classes of kafka-clients that its generated messages extend: the class path and the fat JAR have
 * these before the library's, whose time grows with the cube of the elements that have equal keys. Strangers choose
 * those keys.
 *
 * <p>Same names and contracts, other inside. Owned by whoever owns the message; imports nothing but the JDK.
 */
package org.apache.kafka.common.utils;
