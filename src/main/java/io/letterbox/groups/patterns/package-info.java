/**
 * Regular expressions that strangers write, bounded before they are compiled, and what they match.
 *
 * <p>Pure. Compiling and matching take up to some seconds, so they belong on a thread that nobody waits for.
 */
package io.letterbox.groups.patterns;
