/**
 * The composition root: the one place that knows every package, deploys the verticles and closes them in order.
 *
 * <p>It owns what lives as long as the process does (Vert.x, the data directory's lock, the shutdown hook). It contains
 * no logic of its own.
 */
package io.letterbox;
