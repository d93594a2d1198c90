/**
 * What the doors for publishers have in common, whatever protocol they speak: the budget of bytes that all of them together
 * may hold, and how long the bytes of one may take to come.
 *
 * <p>Shared by all event loops and therefore safe from any thread. It knows no protocol and no topic.
 */
package io.letterbox.ingress;
