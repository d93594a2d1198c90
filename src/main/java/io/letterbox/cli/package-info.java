/**
 * The command line: {@code serve} and the commands that talk to a server over HTTP or read its files offline.
 *
 * <p>Every command runs on the main thread; state that is shared with another thread says so. A command writes to the
 * {@link io.letterbox.cli.Terminal} that it was given and returns an {@link io.letterbox.cli.ExitCode}; none calls
 * {@code System.exit}. Nothing here knows how a server is built: {@code serve} is given a
 * {@link io.letterbox.cli.Starter}. Only the classes of the command that was called are loaded, because a start is
 * measured in tenths of a second.
 */
package io.letterbox.cli;
