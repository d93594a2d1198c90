/**
 * Text from outside on its way to a person: made harmless for a terminal and a log, and failures of files told in words.
 *
 * <p>Pure functions, safe on any thread. Imports nothing but the JDK.
 */
package io.letterbox.text;
