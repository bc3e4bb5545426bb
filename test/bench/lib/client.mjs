import mqtt from 'mqtt';

/** An mqtt.js client whose small packets leave at once, so that what is measured is not the 40 ms of Nagle's algorithm. */
export async function connectClient(url, options) {
  const client = await mqtt.connectAsync(url, { reconnectPeriod: 0, ...options });
  client.stream.setNoDelay(true);
  return client;
}
