/**
 * The console: a static page at {@code /} and the documents that it requests every other second.
 *
 * <p>One {@link io.letterbox.console.ConsolePart} per event loop, owned by that loop; the files that it serves are
 * immutable and shared. Everything else the page does over the same HTTP API and streams as any other client. This
 * package never reads a log, never changes anything, and never puts a record's content into HTML.
 */
package io.letterbox.console;
