/**
 * The interfaces through which the doors write, read logs and change metadata without knowing their implementation, and
 * the objects that are passed through them by reference.
 *
 * <p>Messages are immutable from the moment they are sent; the buffers in them are not changed either, by convention.
 * No class here has state of its own, uses a file or makes decisions.
 */
package io.letterbox.bus;
