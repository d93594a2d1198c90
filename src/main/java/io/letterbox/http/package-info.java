/**
 * What all HTTP doors share: the verticle that holds the server of one event loop, the parts that mount routes on it,
 * problem documents (RFC 9457), typed query parameters, origins, JSON, and the envelope of a record.
 *
 * <p>Everything here is owned by the event loop of its verticle, except values and {@link io.letterbox.http.HttpSockets},
 * which all loops share. This room never blocks and knows nothing of topics beyond how a record looks in JSON.
 */
package io.letterbox.http;
