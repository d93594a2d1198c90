/**
 * What the machine gives to the process: a directory for native libraries, descriptors, memory, the speed of its disk.
 *
 * <p>For the thread that starts the server, and for the command that examines a machine. Nothing is kept.
 */
package io.letterbox.host;
