/**
 * Sends configurations and takes the answers (wire contract 5.5, 5.6). One operation is one run of one or several messages; the next message
 * goes only after the one before was answered or timed out, because a device works on one. What the answers mean is decided in
 * config-answer-state.ts and config-record-rules.ts; here are the timers, the ids and the journal.
 */
import { randomUUID } from 'node:crypto';
import type { ConfigSectionName, ConfigSections } from '../../shared/api/devices';
import type { DeviceId } from '../../shared/domain/ids';
import { wireLimits } from '../../shared/wire/limits';
import { configErrorNames, configPush } from '../../shared/wire/messages/config';
import type { Clock } from '../clock';
import type { Journal } from '../journal/journal';
import type { Publisher } from '../link/publisher';
import type { Executor, Operations } from '../operations/operations';
import { currentTraceId, withTrace } from '../trace';
import {
  isAnswered,
  nextAnswer,
  unanswered,
  waitsForRulesOnly,
  type AnswerEvent,
  type AnswerState,
  type Retry,
} from './config-answer-state';
import {
  configPayload,
  leftoversAfter,
  namesOf,
  nextGeneration,
  planMessages,
  raisedGeneration,
  wireSections,
  type ConfigMessage,
  type ReasonCode,
} from './config-plan';
import { failureText, withAnswers, withFailed, withState, type SentMessage } from './config-record-rules';
import type { DeviceRecord } from './device-record';
import type { DeviceRegistry } from './device-registry';

/** A device that was busy gets the message once more after this. */
const BUSY_RETRY_MS = 2_000;
/** The outcome follows the last answer within one turn of the device; this long is waited for it before the rules count as taken. */
const OUTCOME_GRACE_MS = 1_000;
/** Messages whose late answers are still understood; beyond that the oldest is forgotten. */
const REMEMBERED = 500;

/** What waits in the outbox. */
export type ConfigChange = { readonly sections: ConfigSections; readonly reasonCode: ReasonCode };
export type ConfigParts = {
  readonly registry: DeviceRegistry;
  readonly operations: Operations;
  readonly publisher: Publisher;
  readonly journal: Journal;
  readonly clock: Clock;
};

type Run = {
  readonly operationId: string;
  readonly deviceId: DeviceId;
  readonly reasonCode: ReasonCode;
  readonly traceId: string | undefined;
  readonly queue: ConfigMessage[];
  /** What the device has not settled yet. */
  open: ConfigSections;
  readonly reasons: string[];
  result: 'confirmed' | 'failed' | 'timeout';
  current: Sent | null;
  /** Cancels whatever the run waits for. */
  cancel: () => void;
};
type Sent = SentMessage & {
  readonly id: string;
  readonly run: Run;
  answers: AnswerState;
  /** Was sent anew under another id; its own answers have nothing to say any more. */
  isReplaced: boolean;
};

export class ConfigSender {
  private readonly runs = new Map<string, Run>();
  /** By correlation id: what is under way, and what ended and may be answered late. */
  private readonly sent = new Map<string, Sent>();
  /** The last message of each section of a device; an older one has nothing to say any more. */
  private readonly latest = new Map<DeviceId, Partial<Record<ConfigSectionName, string>>>();

  constructor(private readonly parts: ConfigParts) {}

  stop(): void {
    for (const run of this.runs.values()) run.cancel();
    this.runs.clear();
  }

  /** The sections that a device works on now. */
  underWay(deviceId: DeviceId): ConfigSections {
    const runs = [...this.runs.values()].filter((run) => run.deviceId === deviceId);
    return Object.assign({}, ...runs.map(({ open }) => open)) as ConfigSections;
  }

  /** The operation ended without the device. */
  drop(operationId: string): void {
    this.runs.get(operationId)?.cancel();
    this.runs.delete(operationId);
  }

  removeDevice(deviceId: DeviceId): void {
    this.latest.delete(deviceId);
    for (const [id, { run }] of this.sent) if (run.deviceId === deviceId) this.sent.delete(id);
  }

  /** Sends a change of the outbox. */
  send({ operationId, deviceId, body }: Parameters<Executor>[0]): void {
    const { registry, operations } = this.parts;
    const device = registry.get(deviceId);
    if (!device) {
      operations.finish(operationId, 'failed', 'The device was removed from the console.');
      return;
    }
    const { sections: wish, reasonCode } = body as ConfigChange;
    const planned = planMessages({ wish, leftovers: leftoversAfter(device.config, wish) });
    const queue = planned.ok ? planned.value : [];
    const run: Run = {
      operationId,
      deviceId,
      reasonCode,
      traceId: currentTraceId(),
      queue,
      open: wish,
      reasons: [],
      result: 'confirmed',
      current: null,
      cancel: () => undefined,
    };
    this.runs.set(operationId, run);
    device.config = { ...device.config, state: withState(device.config, namesOf(wish), 'pending') };
    if (planned.ok) this.next(run, operationId);
    else {
      device.config = withFailed(device.config, namesOf(wish));
      registry.save(device);
      this.end(run, 'failed', planned.error.message);
    }
  }

  /** An answer of the device, or the outcome of its intent. False when nothing of this id was sent to this device. */
  take(deviceId: DeviceId, correlationId: string | undefined, event: AnswerEvent): boolean {
    const sent = this.sent.get(correlationId ?? '');
    const device = this.parts.registry.get(deviceId);
    if (!sent || !device || sent.run.deviceId !== deviceId) return false;
    if (!sent.isReplaced) withTrace(sent.run.traceId, () => this.step(device, sent, event));
    return true;
  }

  private next(run: Run, id: string = randomUUID()): void {
    const message = run.queue.shift();
    const device = this.parts.registry.get(run.deviceId);
    if (!device) return;
    if (!message) this.end(run, run.result, run.reasons.join(' ') || undefined);
    else if (run.result === 'timeout' && device.presence.state !== 'online') {
      const left = [message, ...run.queue].flatMap(({ wish }) => namesOf(wish));
      device.config = withFailed(device.config, left);
      this.parts.registry.save(device);
      this.end(run, 'timeout', run.reasons.join(' '));
    } else this.transmit(run, message, { id, retriesLeft: ['stale', 'busy'] });
  }

  private transmit(
    run: Run,
    message: ConfigMessage,
    how: { id: string; retriesLeft: readonly Retry[]; generation?: number },
  ): void {
    const { registry, publisher, clock } = this.parts;
    const device = registry.get(run.deviceId);
    if (!device) return;
    const { id, retriesLeft } = how;
    const nowMs = clock.now();
    const generation = how.generation ?? nextGeneration(device.config, nowMs);
    device.config = { ...device.config, generation };
    const answers = unanswered(message.wish, retriesLeft);
    const sent: Sent = { ...message, id, run, answers, confirmedBefore: device.config.confirmed, isReplaced: false };
    run.current = sent;
    this.remember(sent);
    registry.save(device);
    // The broker's refusal may come within the call, so everything is in place before it.
    const limitMs = message.wish.offlineRules ? wireLimits.configAckWithRulesMs : wireLimits.configAckMs;
    run.cancel = clock.after(limitMs, () => this.timedOut(sent, limitMs));
    const payload = configPayload({ id, generation, reasonCode: run.reasonCode, nowMs }, message);
    const handed = publisher.send(configPush, { deviceId: run.deviceId }, payload, () => this.postpone(sent));
    if (!handed.ok) this.postpone(sent);
  }

  private remember(sent: Sent): void {
    const { deviceId } = sent.run;
    this.sent.delete(sent.id); // an operation that was postponed is sent again under its id, as the newest
    this.sent.set(sent.id, sent);
    const own = Object.fromEntries(namesOf(sent.wish).map((name) => [name, sent.id]));
    this.latest.set(deviceId, { ...this.latest.get(deviceId), ...own });
    for (const [id, { run }] of this.sent) {
      if (this.sent.size <= REMEMBERED) break;
      if (!this.runs.has(run.operationId)) this.sent.delete(id);
    }
  }

  /** The broker did not take the message: the whole run waits in the outbox again. */
  private postpone(sent: Sent): void {
    const { run } = sent;
    if (run.current !== sent || this.runs.get(run.operationId) !== run) return;
    this.drop(run.operationId);
    this.sent.delete(sent.id);
    this.parts.operations.postpone(run.operationId);
  }

  private step(device: DeviceRecord, sent: Sent, event: AnswerEvent): void {
    const { run } = sent;
    const isCurrent = run.current === sent && this.runs.has(run.operationId);
    const { state, retry } = nextAnswer(sent.answers, event, wireSections(sent));
    if (retry && isCurrent) {
      this.retry(device, sent, retry);
      return;
    }
    const isNews = !isSameResult(sent.answers, state);
    this.warnUnknown(device, sent.answers, state);
    sent.answers = state;
    if (!isNews) return;
    const isLatest = namesOf(sent.wish).every((name) => this.latest.get(run.deviceId)?.[name] === sent.id);
    if (!isLatest) return; // a newer message speaks for these sections
    device.config = withAnswers(device.config, sent, state, !isCurrent);
    this.parts.registry.save(device);
    if (!isCurrent) this.answeredLate(device, sent);
    else if (isAnswered(state)) this.answered(sent);
    else if (waitsForRulesOnly(state)) {
      run.cancel();
      run.cancel = this.parts.clock.after(OUTCOME_GRACE_MS, () => this.step(device, sent, { kind: 'no_outcome' }));
    }
  }

  /** Once more by itself, under a new id: the device has closed the old one. */
  private retry(device: DeviceRecord, sent: Sent, retry: Retry): void {
    const { run, wish, leftovers, answers } = sent;
    const { clock } = this.parts;
    const retriesLeft = answers.retriesLeft.filter((one) => one !== retry);
    const message = { wish, leftovers };
    run.cancel();
    run.current = null;
    sent.isReplaced = true;
    if (retry === 'busy') {
      run.cancel = clock.after(BUSY_RETRY_MS, () => this.transmit(run, message, { id: randomUUID(), retriesLeft }));
      return;
    }
    const generation = raisedGeneration(device.config, clock.now(), device.health.clockSkewS);
    this.transmit(run, message, { id: randomUUID(), retriesLeft, generation });
  }

  private answered(sent: Sent): void {
    const { run, answers } = sent;
    if (answers.failures.length > 0) run.result = 'failed';
    if (answers.failures.length > 0) run.reasons.push(`${failureText(answers.failures)}.`);
    this.close(sent);
  }

  private timedOut(sent: Sent, limitMs: number): void {
    const { run, answers } = sent;
    const device = this.parts.registry.get(run.deviceId);
    if (!device) return;
    device.config = withAnswers(device.config, sent, answers, true);
    this.parts.registry.save(device);
    const hasFailures = answers.failures.length > 0;
    if (hasFailures) run.reasons.push(`${failureText(answers.failures)}.`);
    run.reasons.push(
      `The device did not answer ${hasFailures ? 'for the rest ' : ''}within ${limitMs / 1000} seconds. Check that it is there, then send the configuration again.`,
    );
    run.result = hasFailures || run.result === 'failed' ? 'failed' : 'timeout';
    this.close(sent);
  }

  /** A message is over; its late answers are taken, but nothing is sent again for them. */
  private close(sent: Sent): void {
    const { run } = sent;
    run.cancel();
    run.current = null;
    const settled = namesOf(sent.wish);
    run.open = Object.fromEntries(Object.entries(run.open).filter(([name]) => !settled.some((one) => one === name)));
    sent.answers = { ...sent.answers, retriesLeft: [] };
    this.next(run);
  }

  private end(run: Run, state: Run['result'], reason: string | undefined): void {
    const { deviceId, operationId } = run;
    this.drop(operationId);
    this.note(deviceId, state, { reason, operationId });
    this.parts.operations.finish(operationId, state, reason);
  }

  private answeredLate(device: DeviceRecord, { run, answers }: Sent): void {
    const { operationId } = run;
    const reason = answers.failures.length > 0 ? failureText(answers.failures) : undefined;
    const state = reason !== undefined ? 'failed' : isAnswered(answers) ? 'confirmed' : null;
    if (state) this.note(device.id, state, { reason: reason ?? 'answered late', operationId });
  }

  private note(
    deviceId: DeviceId,
    state: Run['result'],
    { reason, operationId }: { reason: string | undefined; operationId: string },
  ): void {
    const name = this.parts.registry.get(deviceId)?.name ?? deviceId;
    this.parts.journal.add({
      kind: `config.${state}`,
      deviceId,
      actor: `device:${deviceId}`,
      message: `${name}: configuration ${state}${reason === undefined ? '' : ` (${reason})`}`,
      details: { operationId },
    });
  }

  private warnUnknown(device: DeviceRecord, before: AnswerState, after: AnswerState): void {
    for (const { error } of after.failures.slice(before.failures.length))
      if (!configErrorNames.has(error))
        this.parts.registry.warn(device, {
          code: 'unknown_config_error',
          message: 'The device refused a configuration with an error name that the contract does not know.',
          raw: error,
        });
  }
}

/** Does an answer change nothing but what is remembered of the answers themselves? */
function isSameResult(a: AnswerState, b: AnswerState): boolean {
  return a.failures.length === b.failures.length && JSON.stringify(a.verdicts) === JSON.stringify(b.verdicts);
}
