"""The part of Kafka's protocol that a benchmark needs between its measurements: creates, deletes and describes topics
without starting a JVM each time, the same way on both sides."""

import socket
import struct
import time


def text(value):
    data = value.encode()
    return struct.pack(">h", len(data)) + data


class Answer:
    """Reads a response field by field."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, form):
        value = struct.unpack_from(">" + form, self.data, self.at)[0]
        self.at += struct.calcsize(">" + form)
        return value

    def text(self):
        length = self.take("h")
        if length < 0:
            return None
        self.at += length
        return self.data[self.at - length : self.at].decode()

    def array(self, read):
        return [read() for _ in range(self.take("i"))]


class Wire:
    """Requests to 127.0.0.1:port, each on a connection of its own."""

    CREATE_TOPICS, DELETE_TOPICS, METADATA = 19, 20, 3

    def __init__(self, port):
        self.port = port

    def ask(self, api, version, body, timeout=60):
        with socket.create_connection(("127.0.0.1", self.port), timeout=timeout) as s:
            request = struct.pack(">hhi", api, version, 1) + text("bench") + body
            s.sendall(struct.pack(">i", len(request)) + request)
            return Answer(self.receive(s, struct.unpack(">i", self.receive(s, 4))[0])[4:])

    @staticmethod
    def receive(s, count):
        data = bytearray()
        while len(data) < count:
            part = s.recv(count - len(data))
            if not part:
                raise ConnectionError("the server closed the connection")
            data += part
        return bytes(data)

    def create_topic(self, name, partitions, config=None, replicas=1):
        """CreateTopics v2; returns when every partition has a leader and all its replicas are in sync."""
        entries = b"".join(text(key) + text(str(value)) for key, value in (config or {}).items())
        body = struct.pack(">i", 1) + text(name) + struct.pack(">ihi", partitions, replicas, 0)
        body += struct.pack(">i", len(config or {})) + entries + struct.pack(">ib", 60_000, 0)
        answer = self.ask(self.CREATE_TOPICS, 2, body)
        answer.take("i")
        for topic, error, message in answer.array(lambda: (answer.text(), answer.take("h"), answer.text())):
            if error:
                raise RuntimeError(f"topic {topic} was not made: error {error} {message or ''}")
        end = time.monotonic() + 30
        while self.ready_partitions([name], replicas) != partitions:
            if time.monotonic() > end:
                raise RuntimeError(f"topic {name} has no leaders after 30 s")
            time.sleep(0.02)

    def delete_topic(self, name):
        """DeleteTopics v1."""
        answer = self.ask(self.DELETE_TOPICS, 1, struct.pack(">i", 1) + text(name) + struct.pack(">i", 60_000))
        answer.take("i")
        for topic, error in answer.array(lambda: (answer.text(), answer.take("h"))):
            if error:
                raise RuntimeError(f"topic {topic} was not deleted: error {error}")

    def ready_partitions(self, topics=None, replicas=1):
        """How many partitions have a leader and so many replicas in sync, of some topics or all; None if there is no
        response yet."""
        found = self.leaders(topics)
        return None if found is None else sum(leader >= 0 and in_sync >= replicas for leader, in_sync in found.values())

    def leaders(self, topics=None):
        """Leader (-1 if there is none) and number of replicas in sync of each (topic, partition), of some topics or all
        (Metadata v4); None if there is no response yet."""
        names = struct.pack(">i", -1) if topics is None else struct.pack(">i", len(topics)) + b"".join(map(text, topics))
        try:
            answer = self.ask(self.METADATA, 4, names + b"\0")
        except OSError:
            return None
        answer.take("i")
        brokers = answer.array(lambda: (answer.take("i"), answer.text(), answer.take("i"), answer.text()))
        answer.text()
        answer.take("i")

        def partition():
            error, number, leader = answer.take("h"), answer.take("i"), answer.take("i")
            answer.array(lambda: answer.take("i"))
            in_sync = answer.array(lambda: answer.take("i"))
            # A replica that is away (error 9) does not keep others from leading.
            return number, (leader if error in (0, 9) else -1, len(in_sync))

        def topic():
            answer.take("h")
            name = answer.text()
            answer.take("b")
            return [((name, number), state) for number, state in answer.array(partition)]

        found = {key: state for states in answer.array(topic) for key, state in states}
        return found if brokers else None
