/*
 * What holds for each message of the firmware, whatever a case is about: topic and QoS of the catalogue (wire contract 1.0, with the rules of the
 * discrepancy register), not retained, a JSON object in UTF-8, no text "null" in place of a missing value, words out of the contract's vocabularies.
 */
import type { IPublishPacket } from 'mqtt-packet';
import { expect } from 'vitest';

type Json = Record<string, unknown>;

/** One line per topic from the device: the path below `kaiser/{k}/esp/{id}/`, and the QoS that it is sent with. */
const topics: readonly (readonly [RegExp, 0 | 1])[] = [
  [/^session\/announce$/, 1],
  [/^system\/heartbeat$/, 0],
  [/^system\/heartbeat_metrics$/, 0],
  [/^system\/diagnostics$/, 0],
  [/^system\/error$/, 1], // register 2: the code says 0, our rule is 1
  [/^system\/queue_pressure$/, 1], // register 3
  [/^system\/intent_outcome$/, 1],
  [/^system\/intent_outcome\/lifecycle$/, 1],
  [/^system\/command\/response$/, 1],
  [/^sensor\/\d+\/data$/, 1],
  [/^sensor\/\d+\/response$/, 1],
  [/^actuator\/\d+\/(response|status|alert)$/, 1],
  [/^actuator\/emergency\/(ack|response|error)$/, 1],
  [/^actuator\/recovery_confirm$/, 1],
  [/^config_response$/, 1], // register 4
  [/^(zone|subzone)\/ack$/, 1],
  [/^onewire\/scan_result$/, 1],
];

/** Fields with a closed vocabulary, by topic (sections 1.8, 1.10, 1.13, 1.16, 1.19, 1.20, 1.27, 1.31, 5.5). */
const vocabularies: readonly (readonly [RegExp, string, readonly unknown[]])[] = [
  [/^system\/intent_outcome$/, 'outcome', ['accepted', 'rejected', 'applied', 'persisted', 'failed', 'expired']],
  [/^system\/intent_outcome$/, 'contract_version', [2]],
  [/^system\/intent_outcome$/, 'semantic_mode', ['target']],
  [/^system\/error$/, 'severity', [1, 2, 3]],
  [/^system\/error$/, 'category', ['HARDWARE', 'SERVICE', 'COMMUNICATION', 'APPLICATION']],
  [/^sensor\/\d+\/data$/, 'quality', ['good', 'fair', 'poor', 'suspect', 'error', 'unknown']],
  [/^actuator\/\d+\/status$/, 'emergency', ['normal', 'active', 'clearing', 'resuming']],
  [
    /^actuator\/\d+\/alert$/,
    'alert_type',
    ['emergency_stop', 'runtime_protection', 'offline_rule_hold', 'safety_forced_off', 'verification_failed'],
  ],
  [/^zone\/ack$/, 'status', ['zone_assigned', 'zone_removed', 'error']],
  [/^subzone\/ack$/, 'status', ['subzone_assigned', 'subzone_removed', 'error']],
  [/^config_response$/, 'status', ['success', 'partial_success', 'error']],
  [/^config_response$/, 'type', ['sensor', 'actuator', 'system']],
];

/** Heartbeats carry none (0.4); these are the messages whose tables name one. */
const withSeq = /^(sensor|actuator|zone|subzone)\/|^config_response$|^system\/(intent_outcome|command\/response)$/;

function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

function parseObject(topic: string, payload: Buffer): Json {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(payload);
  const parsed: unknown = JSON.parse(text);
  expect(typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed), `${topic} ${text}`).toBe(true);
  return parsed as Json;
}

function expectLegal(id: string, packet: IPublishPacket): void {
  const { topic } = packet;
  const parts = /^kaiser\/[A-Za-z0-9_]+\/esp\/([^/]+)\/(.+)$/.exec(topic);
  expect(parts?.[1], `the device's id in ${topic}`).toBe(id);
  const suffix = parts?.[2] ?? '';
  const known = topics.find(([path]) => path.test(suffix));
  expect(known, `${topic} in the catalogue`).toBeDefined();
  const message = `${topic} ${packet.payload.toString()}`;
  expect({ message, qos: packet.qos, retain: packet.retain }).toEqual({ message, qos: known?.[1], retain: false });
  const json = parseObject(topic, Buffer.from(packet.payload));
  if (json['esp_id'] !== undefined) expect(json['esp_id'], message).toBe(id);
  if (withSeq.test(suffix)) expect(Number.isInteger(json['seq']) && Number(json['seq']) >= 1, message).toBe(true);
  expect(textsOf(json), message).not.toContain('null');
  for (const [path, field, words] of vocabularies) {
    if (path.test(suffix) && json[field] !== undefined) expect(words, `${field} in ${message}`).toContain(json[field]);
  }
}

/** Fails at the first message that breaks a rule. */
export function expectLegalMessages(id: string, packets: readonly IPublishPacket[]): void {
  for (const packet of packets) expectLegal(id, packet);
}
