/**
 * The console: a static page at {@code /} and the one document that it asks for every other second.
 *
 * <p>One {@link io.letterbox.console.ConsolePart} per event loop, owned by that loop; the files that it serves are
 * immutable and shared. Everything else that the page does, it does over the same HTTP API and streams as any other
 * client. This room never reads a log, never changes anything, and never puts what a record contains into HTML.
 */
package io.letterbox.console;
