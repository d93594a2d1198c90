/**
 * Regular expressions of clients, which are bounded before they are compiled, and the topics that they match.
 *
 * <p>Pure. Compiling and matching take up to some seconds, so they run on a thread of their own.
 */
package io.letterbox.groups.patterns;
