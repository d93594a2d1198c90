/**
 * What the machine gives to the process: a directory for native libraries.
 *
 * <p>For the thread that starts the server. Nothing is kept.
 */
package io.letterbox.host;
