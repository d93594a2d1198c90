package io.letterbox.log;

import io.letterbox.disk.Disk;
import io.letterbox.disk.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** A disk that counts opened files and reads. */
final class CountingDisk extends ForwardingDisk {
    int opened;
    long bytesRead;

    CountingDisk(Disk disk) {
        super(disk);
    }

    @Override
    public LogFile open(Path path) throws IOException {
        opened++;
        return new ForwardingFile(super.open(path)) {
            @Override
            public int read(ByteBuffer target, long position) throws IOException {
                int count = super.read(target, position);
                bytesRead += count;
                return count;
            }
        };
    }
}
