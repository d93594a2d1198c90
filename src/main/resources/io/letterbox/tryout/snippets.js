// Programs that publish to a topic and read it, as examples for beginners. Pure: addresses and names in, texts out.

/** A text as a word of the shell. */
const word = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** A text as a literal; JSON's strings are also those of JavaScript, Python and Java. */
const literal = (text) => JSON.stringify(text);

const VALUE = '{"hello":"world"}';
const KEY = "me";

const curl = ({ topicUrl }) => ({
  id: "curl",
  name: "curl",
  parts: [
    { title: "Publish", text: `curl -d ${word(VALUE)} -H 'Content-Type: application/json' ${word(`${topicUrl}?key=${KEY}`)}` },
    { title: "Read from the beginning, and wait for more", text: `curl -N ${word(`${topicUrl}/events?from=earliest`)}` },
  ],
});

const javascript = ({ base, topicUrl }) => ({
  id: "javascript",
  name: "JavaScript",
  note: `Save it as index.html in a directory DIR and start the server with --static DIR: the page is at ${base}static/.`,
  parts: [{ title: "A page", text: `<!doctype html>
<meta charset="utf-8">
<pre id="records"></pre>
<script type="module">
  import { subscribe } from ${literal(`${base}client.js`)};
  subscribe(${literal(`${topicUrl}/events`)}, {
    from: "earliest",
    onRecord(value) { document.getElementById("records").append(value + "\\n"); }
  });
  await fetch(${literal(`${topicUrl}?key=${KEY}`)}, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: ${literal(VALUE)}
  });
</script>` }],
});

const python = ({ topicUrl }) => ({
  id: "python",
  name: "Python",
  note: "Python 3.9 or newer, nothing else.",
  parts: [
    { title: "Publish", text: `import json
import urllib.request

request = urllib.request.Request(
    ${literal(`${topicUrl}?key=${KEY}`)},
    data=${literal(VALUE)}.encode(),
    headers={"Content-Type": "application/json"},
)
with urllib.request.urlopen(request) as answer:
    print(json.load(answer))` },
    { title: "Read from the beginning, and wait for more", text: `import urllib.request

with urllib.request.urlopen(${literal(`${topicUrl}/events?from=earliest`)}) as stream:
    for line in stream:
        text = line.decode().rstrip("\\n")
        if text.startswith("data:"):
            print(text[5:].removeprefix(" "), flush=True)` },
  ],
});

const java = ({ bootstrap, topic }) => ({
  id: "java",
  name: "Java",
  note: "Java 17 or newer, and org.apache.kafka:kafka-clients with what it needs in the directory lib: java -cp 'lib/*' Try.java",
  parts: [{ title: "Try.java", text: `import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

public class Try {
    public static void main(String[] args) throws Exception {
        String topic = ${literal(topic)};
        Map<String, Object> server = Map.of("bootstrap.servers", ${literal(bootstrap)});
        try (var producer = new KafkaProducer<>(server, new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>(topic, ${literal(KEY)}, ${literal(VALUE)})).get();
        }
        Map<String, Object> group = Map.of(
                "bootstrap.servers", ${literal(bootstrap)}, "group.id", "try", "auto.offset.reset", "earliest");
        try (var consumer = new KafkaConsumer<>(group, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of(topic));
            while (true) {
                for (var record : consumer.poll(Duration.ofSeconds(1))) System.out.println(record.value());
            }
        }
    }
}` }],
});

const kcat = ({ bootstrap, topic }) => ({
  id: "kcat",
  name: "kcat",
  note: "Debian: apt-get install kcat. Kafka's own tools work as well.",
  parts: [
    { title: "Publish", text: `echo ${word(VALUE)} | kcat -b ${word(bootstrap)} -t ${word(topic)} -k ${KEY} -P` },
    { title: "Read from the beginning, and wait for more", text: `kcat -b ${word(bootstrap)} -t ${word(topic)} -o beginning -C -u` },
  ],
});

/**
 * The programs for one topic.
 *
 * @param base the URL of the server as the browser has it, with a slash at the end
 * @param bootstrap the address for Kafka clients, host:port; null if there is no Kafka server
 * @param topic a valid name
 * @return a list of {id, name, note?, parts: [{title, text}]}; without parts if the note says why there are none
 */
export function snippets({ base, bootstrap, topic }) {
  const place = { base, bootstrap, topic, topicUrl: `${base}topics/${encodeURIComponent(topic)}` };
  const all = [curl, javascript, python];
  if (bootstrap !== null) return [...all, java, kcat].map((write) => write(place));
  const off = "Kafka clients are not served here: the setting kafka.enabled is false.";
  return [...all.map((write) => write(place)),
    { id: "java", name: "Java", note: off, parts: [] }, { id: "kcat", name: "kcat", note: off, parts: [] }];
}
