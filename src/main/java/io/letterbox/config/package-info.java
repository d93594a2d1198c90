/**
 * The settings of a server: immutable records, checked in their constructors, and the loader that reads them from a
 * YAML file, from the environment and from the command line.
 *
 * <p>The records are values, safe on any thread; the loader runs once, on the main thread, before anything else is
 * started. Nothing here is read again while the server runs, and nothing here opens a socket or touches the data
 * directory.
 */
package io.letterbox.config;
