/** What an actuator last said about its safety. Times are monotonic ms. */
export type PinEvidence = {
  readonly alertMs: number | null;
  readonly statusMs: number | null;
  readonly emergency: string;
};
export type Evidence = ReadonlyMap<number, PinEvidence>;

/** Pin of an alert that speaks for the whole device (wire contract 1.20). */
const DEVICE_WIDE = 255;
/** Pins of one device that are watched; the contract allows 12 actuators. */
const MAX_PINS = 64;
const nothing: PinEvidence = { alertMs: null, statusMs: null, emergency: '' };

/** Adds a stop alert of a pin. */
export function withAlert(evidence: Evidence, gpio: number, nowMs: number): Evidence {
  return withPin(evidence, gpio, { alertMs: nowMs });
}

/** Adds the safety state in a status of a pin. */
export function withStatus(evidence: Evidence, gpio: number, emergency: string, nowMs: number): Evidence {
  return withPin(evidence, gpio, { statusMs: nowMs, emergency });
}

function withPin(evidence: Evidence, gpio: number, news: Partial<PinEvidence>): Evidence {
  const before = evidence.get(gpio);
  if (!before && evidence.size >= MAX_PINS) return evidence;
  return new Map([...evidence, [gpio, { ...(before ?? nothing), ...news }]]);
}

/**
 * Do alert and status say, both since then, that every actuator is stopped (wire contract 3.7.4)? `pins` are the actuators that the device is
 * known to have; one that is not listed and reports something else counts against it.
 */
export function isStoppedSince(evidence: Evidence, pins: readonly number[], sinceMs: number): boolean {
  const isAfter = (ms: number | null | undefined) => typeof ms === 'number' && ms >= sinceMs;
  const isAlerted = (gpio: number) =>
    isAfter(evidence.get(gpio)?.alertMs) || isAfter(evidence.get(DEVICE_WIDE)?.alertMs);
  return saysSince(evidence, pins, { sinceMs, emergency: 'active' }) && pins.every(isAlerted);
}

/** Does the status of every actuator say, since then, that no stop holds it? */
export function isFreeSince(evidence: Evidence, pins: readonly number[], sinceMs: number): boolean {
  return saysSince(evidence, pins, { sinceMs, emergency: 'normal' });
}

function saysSince(
  evidence: Evidence,
  pins: readonly number[],
  { sinceMs, emergency }: { sinceMs: number; emergency: string },
): boolean {
  const reported = [...evidence].filter(([, { statusMs }]) => statusMs !== null && statusMs >= sinceMs);
  const gpios = new Set(reported.map(([gpio]) => gpio));
  return (
    pins.length > 0 && pins.every((gpio) => gpios.has(gpio)) && reported.every(([, pin]) => pin.emergency === emergency)
  );
}
