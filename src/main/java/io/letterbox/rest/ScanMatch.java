package io.letterbox.rest;

/**
 * A record that a scan has found.
 *
 * @param json the record as {@link io.letterbox.http.RecordEnvelope} writes it
 */
record ScanMatch(int partition, long offset, long timestampMs, byte[] json) {}
