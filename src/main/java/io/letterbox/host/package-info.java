/**
 * What the machine offers to the process: a directory for native libraries, descriptors, memory, the speed of its disk.
 *
 * <p>Used by the thread that starts the server, and by the command that examines a machine. Keeps no state.
 */
package io.letterbox.host;
