/**
 * Tests of the real server: the fat JAR in a process of its own, real sockets, real files, real kills. The classes
 * whose names end in {@code IT} are run by failsafe after packaging; the others here are their building blocks (the
 * process, a client, an SSE reader, the checker of histories) and follow the same rules as product code.
 *
 * <p>Every process that a test starts is ended by that test, by its id. Everything stays on 127.0.0.1 and in temporary
 * directories. No test depends on timing: it waits for a condition, with a limit.
 */
package io.letterbox.it;
