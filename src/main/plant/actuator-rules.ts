import type { ActuatorConfig } from '../../shared/wire/messages/config';

/** One simulated output. Times are monotonic milliseconds. */
export type Output = {
  readonly config: ActuatorConfig;
  /** Duty 0–1; a relay or pump is 0 or 1. */
  readonly level: number;
  readonly isStopped: boolean;
  readonly source: string;
  /** When and why it switches off by itself, null = not at all. */
  readonly ending: { readonly atMs: number; readonly why: 'duration' | 'max_runtime' } | null;
  readonly onSinceMs: number | null;
  readonly runtimeMs: number;
};

/** An output as it stands after power-up: off. */
export function newOutput(config: ActuatorConfig): Output {
  return { config, level: 0, isStopped: false, source: 'firmware:boot', ending: null, onSinceMs: null, runtimeMs: 0 };
}

export type OutputCommand = {
  readonly command: string;
  readonly value: number | undefined;
  readonly durationS: number;
  readonly issuedBy: string;
};
export type CommandResult = { readonly output: Output; readonly isSuccess: boolean; readonly message: string };

const STOPPED_TEXT = 'Actuator in emergency stop state. Clear emergency first.';
/** From this value on a binary output is on (wire contract 3.1). */
const BINARY_THRESHOLD = 0.5;

/** Executes a command as stock firmware does (wire contract 3.1, 3.7.1). */
export function applyCommand(output: Output, command: OutputCommand, nowMs: number): CommandResult {
  if (output.isStopped) return { output, isSuccess: false, message: STOPPED_TEXT };
  const name = command.command.toUpperCase();
  const level = wantedLevel(output, name, command.value);
  if (level === undefined) return { output, isSuccess: false, message: `Unknown command: ${command.command}` };
  if (level === null) return { output, isSuccess: false, message: 'Value missing or out of range (4020)' };
  const durationMs = name === 'ON' && command.durationS > 0 ? command.durationS * 1000 : Infinity;
  const next = withLevel(output, level, { source: command.issuedBy, nowMs });
  const ending = level > 0 ? endingOf(durationMs, output.config.max_runtime_ms, nowMs) : null;
  return { output: { ...next, ending }, isSuccess: true, message: 'Command executed' };
}

/** The earlier of the duration that was asked for and the longest run time that is configured. */
function endingOf(durationMs: number, maxRuntimeMs: number, nowMs: number): Output['ending'] {
  if (durationMs <= maxRuntimeMs) return { atMs: nowMs + durationMs, why: 'duration' };
  return { atMs: nowMs + maxRuntimeMs, why: 'max_runtime' };
}

/** undefined: no such command; null: its value is missing or wrong. */
function wantedLevel(output: Output, name: string, value: number | undefined): number | null | undefined {
  const isPwm = output.config.actuator_type === 'pwm';
  switch (name) {
    case 'ON':
      return 1;
    case 'OFF':
      return 0;
    case 'TOGGLE':
      return output.level > 0 ? 0 : 1;
    case 'PWM':
      if (value === undefined) return null;
      if (isPwm) return Math.min(1, Math.max(0, value));
      return value < 0 || value > 1 ? null : value >= BINARY_THRESHOLD ? 1 : 0;
    default:
      return undefined;
  }
}

/** Off for the reason that `source` names. */
export function switchOff(output: Output, source: string, nowMs: number): Output {
  return { ...withLevel(output, 0, { source, nowMs }), ending: null };
}

/** Off-level and latched; nothing but a clear ends it. */
export function stopOutput(output: Output, nowMs: number): Output {
  return { ...switchOff(output, 'firmware:emergency', nowMs), isStopped: true };
}

/** Leaves the stop; the output stays off. */
export function clearOutput(output: Output): Output {
  return { ...output, isStopped: false };
}

/** Switches off what has run its time; null when nothing changes. */
export function expireOutput(output: Output, nowMs: number): Output | null {
  if (output.ending === null || nowMs < output.ending.atMs) return null;
  const source = output.ending.why === 'duration' ? 'firmware:auto_duration' : 'firmware:runtime_protection';
  return switchOff(output, source, nowMs);
}

/** Accumulated time on, ms. */
export function runtimeOf(output: Output, nowMs: number): number {
  return output.runtimeMs + (output.onSinceMs === null ? 0 : nowMs - output.onSinceMs);
}

function withLevel(output: Output, level: number, { source, nowMs }: { source: string; nowMs: number }): Output {
  const wasOn = output.level > 0;
  const isOn = level > 0;
  const runtimeMs = wasOn && !isOn ? runtimeOf(output, nowMs) : output.runtimeMs;
  const onSinceMs = isOn ? (wasOn ? output.onSinceMs : nowMs) : null;
  return { ...output, level, source, runtimeMs, onSinceMs };
}
