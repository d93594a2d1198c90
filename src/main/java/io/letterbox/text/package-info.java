/**
 * Text for people: text from outside made harmless for a terminal and a log, failures of files in words, and the name
 * that a misspelt one is nearest to.
 *
 * <p>Pure functions, safe on any thread. Imports nothing but the JDK.
 */
package io.letterbox.text;
