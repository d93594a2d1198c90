/**
 * The foundation of everything that is served over HTTP: the verticle with the server of one event loop, the parts that
 * mount routes on it, problem documents (RFC 9457), typed query parameters, origins, JSON, and the JSON of a record.
 *
 * <p>Everything here is owned by the event loop of its verticle, except values and
 * {@link io.letterbox.http.HttpSockets}, which all event loops share. This package never blocks and knows nothing of
 * topics beyond the JSON of a record.
 */
package io.letterbox.http;
