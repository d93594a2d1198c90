/**
 * What the rooms say to each other: the addresses of the local event bus, the messages that travel on it by reference,
 * and the interfaces through which the doors read logs and change metadata without knowing who does it.
 *
 * <p>Messages are immutable from the moment they are sent; the buffers in them are frozen by convention. Nothing here
 * has state of its own. This room never touches a file and never decides anything.
 */
package io.letterbox.bus;
