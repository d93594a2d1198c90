/** Seeded runs of the real metadata log on the simulated disk of {@code io.letterbox.log.sim}. */
package io.letterbox.metadata.sim;
