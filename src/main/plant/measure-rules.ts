import { outcomeMessage, readingMessage, text } from './device-messages';
import type { DeviceState, Message, Now, Payload, Step } from './device-state';

/** Measures one pin now (wire contract 1.15, 1.16): accepted, the reading, the answer when one is asked for, and the end. */
export function receiveMeasure(state: DeviceState, gpio: number, payload: Payload, now: Now): Step {
  const said = (outcome: string, code: string) => outcomeMessage(payload, { outcome, code }, now);
  if (text(payload['command']) !== 'measure') return { state, out: [said('rejected', 'UNKNOWN_COMMAND')] };
  if (state.approval !== 'approved') return { state, out: [said('rejected', 'PENDING_APPROVAL_BLOCKED')] };
  const accepted = said('accepted', 'COMMAND_ACCEPTED');
  const readings = state.sensors
    .filter((sensor) => sensor.gpio === gpio && sensor.active && sensor.operating_mode !== 'paused')
    .map(({ sensor_type: type }) => ({ type, raw: now.sample?.(gpio, type) }));
  const [first] = readings;
  if (first?.raw === undefined) {
    const code = missingCode(state, gpio, first !== undefined);
    return { state, out: [accepted, ...answer(payload, { gpio, code }, now), said('failed', code)] };
  }
  const data = readings.flatMap(({ type, raw }) =>
    raw === undefined ? [] : [readingMessage(state, { gpio, type, raw }, now)],
  );
  const result = { gpio, code: 'NONE', type: first.type, raw: first.raw };
  return { state, out: [accepted, ...data, ...answer(payload, result, now), said('applied', 'NONE')] };
}

function missingCode({ sensors }: DeviceState, gpio: number, isThere: boolean): string {
  if (isThere) return 'MEASUREMENT_FAILED';
  return sensors.some((sensor) => sensor.gpio === gpio) ? 'SENSOR_INACTIVE' : 'SENSOR_NOT_FOUND';
}

/** The answer of 1.16; only a request with an id gets one. */
function answer(
  request: Payload,
  result: { gpio: number; code: string; type?: string; raw?: number },
  now: Now,
): Message[] {
  const requestId = text(request['request_id']);
  if (requestId === '') return [];
  const { gpio, code, type, raw } = result;
  const isSuccess = raw !== undefined;
  const payload = {
    request_id: requestId,
    gpio,
    command: 'measure',
    success: isSuccess,
    measurement_ok: isSuccess,
    publish_ok: isSuccess,
    timeout: false,
    reason_code: code,
    quality: isSuccess ? 'good' : 'error',
    ...(type !== undefined && { sensor_type: type, raw }),
    ts: now.nowS,
    intent_id: text(request['intent_id']),
    correlation_id: text(request['correlation_id']),
    ttl_ms: 0,
  };
  return [{ path: `sensor/${gpio}/response`, qos: 1, payload }];
}
