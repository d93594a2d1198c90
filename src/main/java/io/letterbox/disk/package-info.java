/**
 * Access to the disk: the port {@link io.letterbox.disk.Disk} with its files, the one implementation on the operating
 * system's file system, which of the files are open, and what may go wrong with them.
 *
 * <p>Files and directories are owned by the code that opened them; {@link io.letterbox.disk.OpenSegmentFiles} and
 * {@link io.letterbox.disk.SharedFile} are safe from any thread. This package never knows what is in a file, never
 * starts a thread, and never reads a clock.
 */
package io.letterbox.disk;
