/* Reference for ingest: an mqtt.js client that subscribes as the console does and only counts. `node bare-subscriber.mjs URL`, count by message channel. */
import mqtt from 'mqtt';

let count = 0;
const client = await mqtt.connectAsync(process.argv[2], { protocolVersion: 5, clean: true, reconnectPeriod: 0 });
client.on('message', () => {
  count += 1;
});
await client.subscribeAsync('kaiser/god/esp/+/sensor/+/data', { qos: 1 });
process.on('message', () => process.send(count));
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
process.stdout.write('ready\n');
