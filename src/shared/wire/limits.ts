/** Byte and time budgets of the device contract; senders must respect them (wire contract 0.5, 3.7.4, 7). */
export const wireLimits = {
  /** Actuator command: the device parses at most this much text (0.5: "511 B payload"); we stay below it. */
  actuatorCommandBytes: 510,
  /** Longest text of each message. The pools below are the device's own limit; a text above these could not fit them anyway. */
  heartbeatAckBytes: 256,
  emergencyBytes: 256,
  broadcastEmergencyBytes: 512,
  zoneAssignBytes: 512,
  sensorCommandBytes: 384,
  systemCommandBytes: 256,
  subzoneAssignBytes: 1024,
  subzoneRemoveBytes: 256,
  subzoneSafeBytes: 512,
  /** Retained state of the controller: two words and a time. */
  controllerStatusBytes: 256,
  /** Parse pools of stock firmware (0.5): a message that needs more is dropped there without a word. */
  heartbeatAckPoolBytes: 256,
  emergencyPoolBytes: 256,
  broadcastEmergencyPoolBytes: 512,
  zoneAssignPoolBytes: 512,
  sensorCommandPoolBytes: 384,
  systemCommandPoolBytes: 256,
  subzoneAssignPoolBytes: 1024,
  subzoneRemovePoolBytes: 256,
  subzoneSafePoolBytes: 512,
  configPoolBytes: 7680,
  /** What one key or array slot costs in those pools on a 32-bit chip (0.5). */
  poolSlotBytes: 16,
  /** Pins of one subzone (0.5: "~20 pins ok"), subzones of one device (4.1). */
  subzonePins: 20,
  subzonesPerDevice: 8,
  /** 5.1: the device refuses 4352 B; split or refuse above this. */
  configBytes: 4000,
  /** Longest reason in a stop, in characters, so that both pools hold with token and correlation id. */
  stopReasonChars: 100,
  /** Ids are cut to this on the device. */
  correlationIdChars: 63,
  /** Longest payload that the console parses; the largest legal message is far below (7: 8192 B reassembled). */
  inboundBytes: 65_536,
  /** A stop may be cleared this long after it was executed (3.7.1). */
  clearAfterStopMs: 5_000,
  /** A device that has not confirmed a stop after this long is named (3.7.4). */
  stopConfirmMs: 5_000,
  /** zone/subzone acknowledgement (4.2). */
  zoneAckMs: 15_000,
  /** A command without a terminal answer is `unconfirmed` after this (3.2). */
  commandTerminalMs: 30_000,
  /** A measurement that the device was asked for (1.15: default 5 s), and how often one may be asked for (7.5). */
  measureTimeoutMs: 5_000,
  measureGapPerPinMs: 1_000,
  measureGapPerDeviceMs: 250,
  /** Configuration answer (10.1: 75 s; 120 s with rules). */
  configAckMs: 75_000,
  configAckWithRulesMs: 120_000,
  /** Silence after which a device is offline (2.6). */
  heartbeatTimeoutMs: 180_000,
  /** Two wills within this window are "flapping" (1.5). */
  flappingWindowMs: 300_000,
} as const;
