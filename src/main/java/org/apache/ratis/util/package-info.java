/** Stands in for a class of Ratis that costs more than all that Ratis does with an entry beside it. */
package org.apache.ratis.util;
