/**
 * Which records somebody wants to see: a filter from its text ({@link io.letterbox.filter.FilterParser}) to its answer for
 * one record ({@link io.letterbox.filter.Filter}). Pure: no clock, no thread, no file; what it may cost is bounded by the
 * length of the filter and of the record. Where records are read from, how far and for how long is the door's business.
 */
package io.letterbox.filter;
