/**
 * Who may come in, whatever they speak afterwards: connections are counted from the moment that they are accepted, limited
 * for each door and each address, and sent away where they say nothing. {@link io.letterbox.entrance.Guests} decides, and
 * is pure; {@link io.letterbox.entrance.Entrance} stands where connections are accepted and does as it says.
 *
 * <p>Everything here is owned by the one event loop that accepts connections, but for what says otherwise.
 */
package io.letterbox.entrance;
