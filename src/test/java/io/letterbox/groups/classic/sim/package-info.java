/** Classic groups under members that come, go, fall silent and ask twice, on virtual time. */
package io.letterbox.groups.classic.sim;
