import { z } from 'zod';
import { inbound } from '../message';
import { optionalInt, optionalText, unknownWord } from './fields';

/** Stages of a single intent come up to nine times each; everything else is a transition of the configuration state. */
export const CHAIN_STAGE = 'intent_chain_stage';

const schemas = ['config_pending_lifecycle_v1', 'intent_chain_stage_v1'] as const;
const events = [
  'entered_config_pending', 'exit_blocked_config_pending', 'exited_config_pending', CHAIN_STAGE,
] as const; // prettier-ignore
const stages = [
  'ingress_seen', 'admission_accept', 'admission_reject', 'queue_enqueued', 'execute_started', 'execute_finished',
  'outcome_publish_attempted', 'outcome_publish_ok', 'outcome_publish_failed',
] as const; // prettier-ignore
const decisions = [
  'CONFIG_PENDING_EXIT_READY', 'OFFLINE_RULES_ONLY_AUTO_EXIT', 'MISSING_SENSORS', 'MISSING_ACTUATORS',
  'CONFIG_PENDING_EXIT_NOT_READY',
] as const; // prettier-ignore

const word = z.string().min(1).max(60);

/** 1.11: transitions of the device's configuration state and stages of its intents. What is absent stays absent. */
export const lifecycle = inbound({
  name: 'life-cycle event',
  path: 'system/intent_outcome/lifecycle',
  qos: 1,
  schema: z
    .object({
      event_type: word,
      schema: word,
      ts: z.union([z.int(), z.string().regex(/^\d{1,16}$/)]).nullish(),
      state_before: optionalText,
      state_after: optionalText,
      reason_code: optionalText,
      trigger_source: optionalText,
      sensor_count: optionalInt,
      actuator_count: optionalInt,
      offline_rule_count: optionalInt,
      runtime_profile: optionalText,
      readiness_decision: optionalText,
      config_pending_enter_count: optionalInt,
      config_pending_exit_count: optionalInt,
      config_pending_exit_blocked_count: optionalInt,
      exit_count: optionalInt,
      exit_blocked_count: optionalInt,
      boot_sequence_id: optionalText,
      flow: optionalText,
      stage: optionalText,
      intent_id: optionalText,
      correlation_id: optionalText,
      generation: optionalInt,
      epoch: optionalInt,
      code: optionalText,
      detail: optionalText,
    })
    .transform((event) => ({
      event: event.event_type,
      schema: event.schema,
      before: event.state_before,
      after: event.state_after,
      reason: event.reason_code,
      trigger: event.trigger_source,
      sensorCount: event.sensor_count,
      actuatorCount: event.actuator_count,
      offlineRuleCount: event.offline_rule_count,
      profile: event.runtime_profile,
      decision: event.readiness_decision,
      enterCount: event.config_pending_enter_count,
      exitCount: event.config_pending_exit_count ?? event.exit_count,
      exitBlockedCount: event.config_pending_exit_blocked_count ?? event.exit_blocked_count,
      bootId: event.boot_sequence_id,
      flow: event.flow,
      stage: event.stage,
      intentId: event.intent_id,
      correlationId: event.correlation_id,
      generation: event.generation,
      epoch: event.epoch,
      code: event.code,
      detail: event.detail,
    })),
  review: ({ event, schema, stage, decision }) => [
    ...unknownWord('unknown_lifecycle_event', 'event_type', event, events),
    ...unknownWord('unknown_lifecycle_schema', 'schema', schema, schemas),
    ...unknownWord('unknown_lifecycle_stage', 'stage', stage, stages),
    ...unknownWord('unknown_readiness_decision', 'readiness_decision', decision, decisions),
  ],
});
export type Lifecycle = z.infer<typeof lifecycle.schema>;
