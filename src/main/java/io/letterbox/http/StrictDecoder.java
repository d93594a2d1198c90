package io.letterbox.http;

import io.letterbox.entrance.AcceptedConnection;
import io.letterbox.error.ErrorCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.DecoderResultProvider;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.VertxHttpRequestDecoder;
import java.util.List;

/**
 * Vert.x' decoder of HTTP/1 without its leniency: whatever two servers could interpret differently is refused, and
 * nothing behind it is read (RFC 9112, sections 2.2, 3.2, 5.2, 6 and 7.1). A proxy in front of this server that sees
 * another end of a request than this server does would let a client smuggle a request in the body of another.
 *
 * <p>The superclass does not expose its state, so this class follows it by the bytes that it consumes. Owned by the
 * connection's event loop.
 */
final class StrictDecoder extends VertxHttpRequestDecoder {
    /** The bytes of chunk extensions that one request may have; they are ignored (RFC 9112, section 7.1.1). */
    static final int MAX_EXTENSION_BYTES = 4096;

    /** More digits than any chunk's size needs, leading zeros included. */
    private static final int MAX_SIZE_DIGITS = 16;

    private static final int CRLF_BYTES = 2;
    private static final int CONTENT_LENGTH_CHARS = HttpHeaderNames.CONTENT_LENGTH.length();

    /** The next element on the connection. */
    private enum Element {
        HEAD,
        FIXED_BODY,
        CHUNK_SIZE,
        CHUNK,
        TRAILER,
        /** Nothing: the connection is closed. */
        REFUSED
    }

    private Element part = Element.HEAD;

    /** Whether the request line of the head has been read. */
    private boolean lineRead;

    private int lengths; // Content-Length headers of this head.
    private boolean chunked;
    private int extensionBytes; // Of the chunks of this request.
    private long chunkLeft; // Including the line end behind it.

    StrictDecoder(HttpServerOptions options) {
        super(options);
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) throws Exception {
        int before = out.size();
        int start = in.readerIndex();
        switch (part) {
            case HEAD, TRAILER -> {
                if (isFolded(in)) {
                    refuse(in, out, "A header is continued on the next line.");
                    return;
                }
                super.decode(context, in, out);
            }
            case FIXED_BODY -> super.decode(context, in, out);
            case CHUNK_SIZE -> decodeSize(context, in, out);
            case CHUNK -> {
                super.decode(context, in, out);
                chunkLeft -= in.readerIndex() - start;
                if (chunkLeft == 0) part = Element.CHUNK_SIZE;
            }
            case REFUSED -> in.skipBytes(in.readableBytes());
        }
        for (int i = before; i < out.size(); i++) follow(context, out.get(i));
    }

    /** Updates the state by what the superclass has decoded. */
    private void follow(ChannelHandlerContext context, Object decoded) {
        if (decoded instanceof DecoderResultProvider outcome
                && outcome.decoderResult().isFailure()) {
            part = Element.REFUSED;
        } else if (decoded instanceof HttpMessage) {
            part = chunked ? Element.CHUNK_SIZE : Element.FIXED_BODY;
            AcceptedConnection.onFirstRequest(context.channel());
        } else if (decoded instanceof LastHttpContent) {
            part = Element.HEAD;
            lineRead = false;
        }
    }

    private void decodeSize(ChannelHandlerContext context, ByteBuf in, List<Object> out) throws Exception {
        int start = in.readerIndex();
        int end = in.indexOf(start, in.writerIndex(), (byte) '\n');
        if (end < 0) {
            super.decode(context, in, out);
            return;
        }
        long size = chunkSize(in, start, end);
        if (size < 0) {
            refuse(in, out, "The size of a chunk is not well formed, or too large.");
            return;
        }
        super.decode(context, in, out);
        chunkLeft = size + CRLF_BYTES - (in.readerIndex() - end - 1);
        part = size == 0 ? Element.TRAILER : chunkLeft == 0 ? Element.CHUNK_SIZE : Element.CHUNK;
    }

    /** The chunk size in a line that ends before {@code end}; -1 if it is malformed or too large. */
    private long chunkSize(ByteBuf in, int start, int end) {
        long size = 0;
        int at = start;
        for (; at < end; at++) {
            int digit = Character.digit(in.getByte(at), 16);
            if (digit < 0) break;
            size = size << 4 | digit;
        }
        if (at == start || at - start > MAX_SIZE_DIGITS || size < 0 || size > Integer.MAX_VALUE - CRLF_BYTES) return -1;
        int rest = at;
        while (in.getByte(rest) == ' ' || in.getByte(rest) == '\t') rest++;
        if (in.getByte(rest) == ';') {
            extensionBytes += end - at;
            return extensionBytes <= MAX_EXTENSION_BYTES ? size : -1;
        }
        return in.getByte(at) == '\r' && at + 1 == end ? size : -1;
    }

    /**
     * Whether a header line begins with a blank, which is obsolete line folding. The bytes to check begin at a line.
     */
    private boolean isFolded(ByteBuf in) {
        int from = in.readerIndex();
        if (part == Element.HEAD && !lineRead) {
            // The superclass skips these before a request.
            while (from < in.writerIndex() && (in.getByte(from) & 0xFF) <= ' ') from++;
        } else if (from < in.writerIndex() && isBlank(in.getByte(from))) {
            return true;
        }
        while (true) {
            int next = in.indexOf(from, in.writerIndex(), (byte) '\n') + 1;
            if (next == 0 || next == in.writerIndex()) return false;
            byte first = in.getByte(next);
            if (isBlank(first)) return true;
            if (first == '\r' || first == '\n') return false; // The empty line at the end of the head.
            from = next;
        }
    }

    private static boolean isBlank(byte character) {
        return character == ' ' || character == '\t';
    }

    private void refuse(ByteBuf in, List<Object> out, String detail) {
        in.skipBytes(in.readableBytes());
        DecoderResult failure = DecoderResult.failure(malformed(detail));
        if (part == Element.HEAD) {
            HttpMessage refused = createInvalidMessage();
            refused.setProtocolVersion(HttpVersion.HTTP_1_1);
            refused.setDecoderResult(failure);
            out.add(refused);
        } else {
            LastHttpContent refused = new DefaultLastHttpContent(Unpooled.EMPTY_BUFFER);
            refused.setDecoderResult(failure);
            out.add(refused);
        }
        part = Element.REFUSED;
    }

    @Override
    protected HttpMessage createMessage(String[] initialLine) {
        lineRead = true;
        lengths = 0;
        HttpMessage message = super.createMessage(initialLine);
        HttpVersion version = message.protocolVersion();
        if (version != HttpVersion.HTTP_1_1 && !version.equals(HttpVersion.HTTP_1_0)) {
            // Vert.x would answer with an unknown version.
            throw malformed("This is a request of another protocol than HTTP/1.0 and HTTP/1.1.");
        }
        return message;
    }

    /** Sees the headers before the superclass merges several Content-Length headers. */
    @Override
    protected AsciiString splitHeaderName(byte[] line, int start, int length) {
        if (length == 0) throw malformed("A header has no name.");
        AsciiString name = super.splitHeaderName(line, start, length);
        if (length == CONTENT_LENGTH_CHARS && HttpHeaderNames.CONTENT_LENGTH.contentEqualsIgnoreCase(name)) lengths++;
        return name;
    }

    /**
     * Called when a head has been read and before the superclass decides what follows it; an exception makes the head
     * invalid.
     */
    @Override
    protected boolean isContentAlwaysEmpty(HttpMessage message) {
        chunked = false;
        extensionBytes = 0;
        HttpHeaders headers = message.headers();
        if (isRepeated(headers, HttpHeaderNames.HOST)) throw malformed("There are several Host headers.");
        if (lengths > 1) throw malformed("There are several Content-Length headers.");
        // Only HTTP is supported, and a server may ignore a request to upgrade (RFC 9110, section 7.8).
        headers.remove(HttpHeaderNames.UPGRADE);
        String connection = headers.get(HttpHeaderNames.CONNECTION);
        if (connection != null && connection.indexOf(',') >= 0 && endsConnection(connection)) {
            // Vert.x recognizes close only as the only option.
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
        if (headers.contains(HttpHeaderNames.TRANSFER_ENCODING)) checkCoding(message.protocolVersion(), headers);
        return super.isContentAlwaysEmpty(message);
    }

    private static boolean endsConnection(String options) {
        for (String option : options.split(",")) {
            if (HttpHeaderValues.CLOSE.contentEqualsIgnoreCase(option.strip())) return true;
        }
        return false;
    }

    private void checkCoding(HttpVersion version, HttpHeaders headers) {
        if (version.equals(HttpVersion.HTTP_1_0)) throw malformed("HTTP/1.0 has no Transfer-Encoding.");
        if (headers.contains(HttpHeaderNames.CONTENT_LENGTH)) {
            throw malformed("There are both Transfer-Encoding and Content-Length; leave one of them out.");
        }
        if (isRepeated(headers, HttpHeaderNames.TRANSFER_ENCODING)
                || !HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(headers.get(HttpHeaderNames.TRANSFER_ENCODING))) {
            throw new ProblemException(Problem.of(
                    ErrorCode.UNSUPPORTED_TRANSFER_CODING,
                    "The only Transfer-Encoding that is understood is chunked."));
        }
        chunked = true;
    }

    private static boolean isRepeated(HttpHeaders headers, CharSequence name) {
        var values = headers.valueCharSequenceIterator(name);
        if (!values.hasNext()) return false;
        values.next();
        return values.hasNext();
    }

    private static ProblemException malformed(String detail) {
        return new ProblemException(Problem.of(ErrorCode.INVALID_REQUEST, detail));
    }
}
