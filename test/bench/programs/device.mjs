/*
 * A device that answers actuator commands at once with its response (wire contract 1.16) and obeys nothing else; `node device.mjs URL ID`. It
 * sends a heartbeat and the status of one relay (pin 5) at the start and whenever it is asked over the message channel.
 */
import { connectClient } from '../lib/client.mjs';

const [url, id] = process.argv.slice(2);
const prefix = `kaiser/god/esp/${id}`;
const unixSeconds = () => Math.floor(Date.now() / 1_000);
let seq = 0;

const client = await connectClient(url, { protocolVersion: 4, clean: true, clientId: id });
const publish = (suffix, payload, qos) => client.publishAsync(`${prefix}/${suffix}`, JSON.stringify(payload), { qos });

client.on('message', (topic, bytes) => {
  const command = JSON.parse(bytes.toString());
  const gpio = Number(topic.split('/').at(-2));
  void publish(
    `actuator/${gpio}/response`,
    {
      esp_id: id,
      seq: (seq += 1),
      zone_id: '',
      ts: unixSeconds(),
      gpio,
      command: command.command,
      value: command.value ?? 0,
      duration: 0,
      success: true,
      message: 'Command executed',
      correlation_id: command.correlation_id,
    },
    1,
  );
});
await client.subscribeAsync(`${prefix}/actuator/+/command`, { qos: 2 });

const introduce = async () => {
  const common = { esp_id: id, zone_id: '', ts: unixSeconds() };
  const health = { time_valid: true, uptime: 60, heap_free: 150_000, wifi_rssi: -55, sensor_count: 0 };
  await publish('system/heartbeat', { ...common, ...health, master_zone_id: '', actuator_count: 1 }, 0);
  const relay = { gpio: 5, type: 'relay', state: false, pwm: 0, runtime_ms: 0, emergency: 'normal' };
  await publish('actuator/5/status', { ...common, seq: (seq += 1), ...relay }, 1);
};
await introduce();
process.on('message', () => {
  void introduce().then(() => process.send('introduced'));
});
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
process.stdout.write('ready\n');
