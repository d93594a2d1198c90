package io.letterbox.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** A terminal whose output a test can read. */
final class Screen {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    Terminal terminal() {
        return terminal(InputStream.nullInputStream(), false);
    }

    Terminal terminal(String typed) {
        return terminal(new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8)), false);
    }

    Terminal terminal(InputStream in, boolean watched) {
        return Terminal.of(in, out, err, watched, watched);
    }

    String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    String err() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
