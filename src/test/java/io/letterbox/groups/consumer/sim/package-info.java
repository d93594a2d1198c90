/**
 * Consumer groups from a seed, in virtual time: members of both protocols that come, go, fall silent and lose answers.
 */
package io.letterbox.groups.consumer.sim;
