package io.letterbox.text;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * A stream of UTF-8 to a terminal, in which {@link Printable} escapes control characters. Bytes that are not UTF-8
 * become replacement characters. For one thread at a time.
 */
public final class PrintableStream extends FilterOutputStream {
    private static final int CHARS = 1024;

    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);

    private final CharBuffer chars = CharBuffer.allocate(CHARS);

    /** The first bytes of an incomplete character: three at the most. */
    private ByteBuffer rest = ByteBuffer.allocate(0);

    /** @param terminal the stream that gets the UTF-8 */
    public PrintableStream(OutputStream terminal) {
        super(terminal);
    }

    @Override
    public void write(int oneByte) throws IOException {
        write(new byte[] {(byte) oneByte}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        ByteBuffer in = ByteBuffer.allocate(rest.remaining() + length)
                .put(rest)
                .put(bytes, from, length)
                .flip();
        boolean more = true;
        while (more) {
            more = decoder.decode(in, chars, false).isOverflow();
            out.write(Printable.lines(chars.flip()).getBytes(StandardCharsets.UTF_8));
            chars.clear();
        }
        rest = in.slice();
    }
}
