/**
 * Filters of records: their text is parsed by {@link io.letterbox.filter.FilterParser} and tested on one record by
 * {@link io.letterbox.filter.Filter}. Pure: no clock, no thread, no file; the cost is bounded by the length of the
 * filter and of the record. The doors decide which records are read, and for how long.
 */
package io.letterbox.filter;
