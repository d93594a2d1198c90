/**
 * The interfaces through which the doors write, read logs and change metadata without knowing who does it, and what is
 * passed through them by reference.
 *
 * <p>Messages are immutable from the moment they are sent; the buffers in them are frozen by convention. Nothing here
 * has state of its own. This room never touches a file and never decides anything.
 */
package io.letterbox.bus;
