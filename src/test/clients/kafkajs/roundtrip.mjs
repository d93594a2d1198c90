// kafkajs does what its users do; KafkajsIT runs this and reads the last line, one JSON object. It fails where an answer is
// not what it should be. Argument: the bootstrap server.
import kafkajs from 'kafkajs';

const { Kafka, logLevel, CompressionTypes } = kafkajs;
const kafka = new Kafka({ clientId: 'kafkajs-test', brokers: [process.argv[2]], logLevel: logLevel.ERROR });
const COUNT = 200;

const admin = kafka.admin();
await admin.connect();
await admin.createTopics({ waitForLeaders: true, topics: [{ topic: 'js', numPartitions: 3 }, { topic: 'js-moves', numPartitions: 1 }] });
const { topics } = await admin.fetchTopicMetadata({ topics: ['js'] });

const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
await producer.connect();
for (let i = 0; i < COUNT; i += 50) {
  const messages = Array.from({ length: 50 }, (_, n) => ({ key: `k${i + n}`, value: `value ${i + n}`, headers: { from: 'kafkajs' } }));
  await producer.send({ topic: 'js', acks: -1, compression: i % 100 ? CompressionTypes.GZIP : CompressionTypes.None, messages });
}
await producer.disconnect();

// Reads as a member of a group until nothing is missing; resolves to what it got.
async function consume(groupId, count) {
  const consumer = kafka.consumer({ groupId });
  await consumer.connect();
  await consumer.subscribe({ topics: ['js'], fromBeginning: true });
  const got = [];
  await new Promise((resolve, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
    consumer.run({
      eachMessage: async ({ partition, message }) => {
        got.push(`${partition}@${message.offset} ${message.key}=${message.value} ${message.headers.from}`);
        if (got.length === count) resolve();
      },
    });
  });
  await consumer.stop();
  await consumer.disconnect();
  return got;
}
const consumed = await consume('js-group', COUNT);
const committed = await admin.fetchOffsets({ groupId: 'js-group', topics: ['js'] });
const ends = await admin.fetchTopicOffsets('js');

// A member of the same group goes on where the first one stopped.
const late = kafka.producer();
await late.connect();
await late.send({ topic: 'js', messages: [{ key: 'late', value: 'late', headers: { from: 'kafkajs' } }] });
await late.disconnect();
const resumed = await consume('js-group', 1);

const transactional = kafka.producer({ transactionalId: 'js-clerk', idempotent: true, maxInFlightRequests: 1 });
await transactional.connect();
const aborted = await transactional.transaction();
await aborted.send({ topic: 'js-moves', messages: [{ value: 'aborted' }] });
await aborted.abort();
const moved = await transactional.transaction();
await moved.send({ topic: 'js-moves', messages: [{ value: 'committed' }] });
await moved.commit();
await transactional.disconnect();

await admin.deleteGroups(['js-group']);
const { groups } = await admin.listGroups();
await admin.disconnect();
console.log(JSON.stringify({
  partitions: topics[0].partitions.length,
  consumed,
  resumed,
  committed: committed[0].partitions.reduce((sum, p) => sum + Number(p.offset), 0),
  ends: ends.reduce((sum, p) => sum + Number(p.high), 0),
  groups: groups.map((group) => group.groupId),
}));
