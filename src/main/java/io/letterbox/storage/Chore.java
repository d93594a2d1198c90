package io.letterbox.storage;

import java.io.IOException;

/** A piece of a shard's work that may find the disk broken. */
interface Chore {
    void run() throws IOException;
}
