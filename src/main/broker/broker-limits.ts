/** Limits of the embedded broker. It serves one laptop and its plant; a site with more runs Mosquitto or EMQX. */
export const brokerLimits = {
  /** Largest MQTT packet, bytes; the same figure as in the Mosquitto and EMQX profiles (mqtt-platform.md, `BRK`). */
  packetBytes: 262_144,
  /** Connections at a time: 200 nodes, the console, and room for scripts and reconnects that overlap. */
  clients: 256,
  /** From TCP connect to CONNECT, ms. A node sends it in the first round trip; a socket that says nothing holds one of the places above. */
  connectTimeoutMs: 10_000,
  /** Longest keep-alive that is accepted, s; 0 (never) is refused. Devices use 60 (wire contract 0.4), `BRK` has 300. */
  keepAliveS: 300,
  /** Packets that a client may send before it has its CONNACK; a device sends announce, SUBSCRIBE and a heartbeat early at most. */
  packetsBeforeConnack: 42,
  /** Unsent bytes for one client. Above it the client does not read and is disconnected, so that nobody else waits for it. */
  unsentBytes: 4 * 1024 * 1024,
  /** The same for the console, which stores first and may lag for a moment under load. */
  unsentConsoleBytes: 64 * 1024 * 1024,
  /** Persistent sessions (clean session off) kept at a time; the one away longest goes first. Devices use clean sessions. */
  sessions: 32,
  /** Messages kept for one persistent session; the oldest goes first (mqtt-platform.md: 1000 queued). */
  queuedMessages: 1_000,
  /** The same for the console: about five seconds of 10,000 readings/s. */
  queuedConsoleMessages: 50_000,
  /** Bytes kept for one persistent session, so that 1000 large messages cannot fill the memory. */
  queuedBytes: 16 * 1024 * 1024,
  queuedConsoleBytes: 64 * 1024 * 1024,
  /** Retained messages in total: a will for each device and the controller's status, with room for a hundred times that. */
  retainedMessages: 20_000,
  /** QoS 2 messages of one client that are between PUBLISH and PUBREL. */
  inboundInFlight: 100,
  /** Subscriptions of one client. Devices have 12. */
  subscriptions: 200,
  /** Messages per second that one device may send in the long run; more is slowed down by TCP back-pressure, never dropped. */
  deviceMessagesPerS: 500,
  /** Messages that a device may send at once, for example after a reconnect. */
  deviceBurst: 1_000,
  /** How long a device waits for its PUBACK while the console stores its message; then the queue of the session must do. */
  storeBeforeAckMs: 10_000,
  /** At stop: time for what is already under way (the console's last status) to reach the clients, ms. */
  flushMs: 60,
  /** At stop: after this every socket is closed the hard way, ms. */
  stopMs: 500,
} as const;
