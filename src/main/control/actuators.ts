import type { ActuatorView, Block, CommandView } from '../../shared/api/control';
import { isFinal } from './command-state';
import type { DeviceId } from '../../shared/domain/ids';
import type { ActuatorStatus } from '../../shared/wire/messages/actuator-status';
import type { Changes } from '../api/changes';
import type { Clock } from '../clock';
import type { DeviceRecord } from '../devices/device-record';
import type { WriteBatch } from '../store/write-batch';
import type { ActuatorRow, ActuatorStore } from './actuator-store';

type Observed = NonNullable<ActuatorView['observed']>;

type Actuator = {
  readonly deviceId: DeviceId;
  readonly gpio: number;
  type: string;
  requested: ActuatorView['requested'];
  acknowledged: ActuatorView['acknowledged'];
  observed: Observed | undefined;
  /** Monotonic ms of the observation of this process; null when it was restored from the store. */
  observedMs: number | null;
  /** Monotonic time at which the newest request was made. */
  requestedMs: number;
  emergency: string;
  runtimeMs: number;
  /** What the screens were told last of the parts that change by time alone. */
  told: string;
};

/** A device publishes each status every 30 s (wire contract 1.19); three missing ones make the state unknown. */
const OBSERVATION_VALID_MS = 100_000;
/** A device has this long to act before a difference between requested and observed is a discrepancy. */
const SETTLE_MS = 10_000;
/** How soon a screen learns that a state is not known any more. */
const SWEEP_MS = 1_000;
/** Actuators of one device that are kept; the contract allows 12. */
const MAX_PER_DEVICE = 64;

/** The three truths of every actuator: requested, acknowledged, observed. */
export class Actuators {
  private readonly byKey = new Map<string, Actuator>();

  constructor(
    private readonly parts: {
      readonly store: ActuatorStore;
      readonly batch: WriteBatch;
      readonly clock: Clock;
      readonly changes: Changes;
      readonly device: (id: DeviceId) => DeviceRecord | undefined;
      readonly isBrokerOnline: () => boolean;
      readonly blocksOf: (device: DeviceRecord, gpio: number) => Block[];
    },
  ) {}

  /** Restores what was last observed; it counts as unknown until the device reports again. */
  load(): void {
    for (const row of this.parts.store.latest()) this.restore(row);
  }

  /** Gives a device the recorded states of the one that it replaces; what it has reported itself stands. False when the disk does not take it. */
  moveDevice(from: DeviceId, to: DeviceId): boolean {
    const { batch, store, changes } = this.parts;
    if (!batch.history(() => store.moveDevice(from, to))) return false;
    this.removeDevice(from, false);
    for (const row of store.latest()) {
      if (row.deviceId !== to || this.byKey.has(keyOf(to, row.gpio))) continue;
      this.restore({ ...row, emergency: 'normal' }); // the latch was the other hardware's
      changes.actuator(to, row.gpio);
    }
    return true;
  }

  private restore(row: ActuatorRow): void {
    const actuator = this.open(row.deviceId, row.gpio);
    if (!actuator) return;
    actuator.type = row.type;
    actuator.emergency = row.emergency;
    actuator.runtimeMs = row.runtimeMs;
    actuator.observed = observedOf(row);
  }

  /** Looks for states that became unknown or discrepant by time alone; returns what ends it. */
  start(): () => void {
    return this.parts.clock.every(SWEEP_MS, () => {
      for (const actuator of this.byKey.values()) {
        const isCurrent = this.isCurrent(actuator, this.parts.device(actuator.deviceId));
        const now = `${isCurrent}:${isCurrent && this.isDiscrepant(actuator)}`;
        if (now !== actuator.told) this.parts.changes.actuator(actuator.deviceId, actuator.gpio);
        actuator.told = now;
      }
    });
  }

  /** A status message: the physical state as the device sees it. */
  observe(deviceId: DeviceId, gpio: number, status: ActuatorStatus): void {
    const actuator = this.open(deviceId, gpio);
    if (!actuator) return;
    const { clock, batch, store } = this.parts;
    const state = !status.isKnown ? 'unknown' : !status.isOn ? 'off' : status.type === 'pwm' ? 'pwm' : 'on';
    const value = state === 'on' ? 1 : state === 'off' ? 0 : status.value;
    const before = actuator.observed;
    const isChange = before?.state !== state || before.value !== value || actuator.emergency !== status.emergency;
    actuator.type = status.type;
    actuator.emergency = status.emergency;
    actuator.runtimeMs = status.runtimeMs;
    actuator.observedMs = clock.monotonic();
    actuator.observed = {
      at: new Date(clock.now()).toISOString(),
      state,
      value,
      ...(status.source !== undefined && { source: status.source }),
    };
    if (isChange) {
      const { type, emergency, runtimeMs } = actuator;
      const row: ActuatorRow = {
        deviceId,
        gpio,
        at: clock.now(),
        type,
        state,
        value,
        emergency,
        runtimeMs: Math.round(runtimeMs),
        source: status.source ?? null,
      };
      batch.history(() => store.add(row));
    }
    this.parts.changes.actuator(deviceId, gpio);
  }

  /** A command was sent or has got further. */
  requested(command: CommandView): void {
    const actuator = command.gpio === undefined ? undefined : this.open(command.deviceId, command.gpio);
    if (!actuator) return;
    const isNewest =
      actuator.requested === undefined || actuator.requested.commandId === command.id || command.history.length === 1; // just sent; its time says nothing when the wall clock was set back
    if (!isNewest) return;
    const { id: commandId, at, command: name, value, issuedBy: by, state } = command;
    if (actuator.requested?.commandId !== commandId) actuator.requestedMs = this.parts.clock.monotonic();
    actuator.requested = { commandId, at, command: name, by, state, ...(value !== undefined && { value }) };
    this.parts.changes.actuator(actuator.deviceId, actuator.gpio);
  }

  /** The device answered a command. */
  acknowledged(command: CommandView, answer: { isSuccess: boolean; message: string; latencyMs: number }): void {
    const actuator = command.gpio === undefined ? undefined : this.open(command.deviceId, command.gpio);
    if (!actuator) return;
    actuator.acknowledged = {
      at: new Date(this.parts.clock.now()).toISOString(),
      command: command.command,
      commandId: command.id,
      success: answer.isSuccess,
      message: answer.message,
      latencyMs: answer.latencyMs,
      ...(command.value !== undefined && { value: command.value }),
    };
    this.parts.changes.actuator(actuator.deviceId, actuator.gpio);
  }

  /** Pins of a device's actuators that report an active stop, and all that are known. */
  emergencyPins(deviceId: DeviceId): { active: number; known: number } {
    const own = [...this.byKey.values()].filter((actuator) => actuator.deviceId === deviceId && actuator.observed);
    return { known: own.length, active: own.filter((actuator) => actuator.emergency === 'active').length };
  }

  /** Takes the safety state of an alert or a recovery over before the next status says it too; without a pin for the whole device. */
  emergency(deviceId: DeviceId, state: 'active' | 'normal', gpio?: number): void {
    for (const actuator of this.byKey.values()) {
      if (actuator.deviceId !== deviceId || (gpio !== undefined && actuator.gpio !== gpio)) continue;
      actuator.emergency = state;
      this.parts.changes.actuator(deviceId, actuator.gpio);
    }
  }

  view(deviceId: DeviceId, gpio: number): ActuatorView | undefined {
    const actuator = this.byKey.get(keyOf(deviceId, gpio));
    return actuator ? this.viewOf(actuator) : this.configuredViews(deviceId).find((view) => view.gpio === gpio);
  }

  ofDevice(deviceId: DeviceId): ActuatorView[] {
    const own = [...this.byKey.values()]
      .filter((actuator) => actuator.deviceId === deviceId)
      .map((actuator) => this.viewOf(actuator));
    const silent = this.configuredViews(deviceId).filter((view) => !this.byKey.has(keyOf(deviceId, view.gpio)));
    return [...own, ...silent].sort((a, b) => a.gpio - b.gpio);
  }

  removeDevice(deviceId: DeviceId, withHistory: boolean): void {
    for (const [key, actuator] of this.byKey) if (actuator.deviceId === deviceId) this.byKey.delete(key);
    if (withHistory) this.parts.batch.history(() => this.parts.store.removeDevice(deviceId));
  }

  private configuredViews(deviceId: DeviceId): ActuatorView[] {
    const device = this.parts.device(deviceId);
    return actuatorConfigs(device).map(({ gpio, actuator_type: type }) =>
      this.viewOf(newActuator(deviceId, gpio, type)),
    );
  }

  private open(deviceId: DeviceId, gpio: number): Actuator | undefined {
    const key = keyOf(deviceId, gpio);
    const known = this.byKey.get(key);
    if (known) return known;
    const device = this.parts.device(deviceId);
    if (!device || device.replacedBy) return undefined; // a retired device switches nothing of ours
    const own = [...this.byKey.values()].filter((actuator) => actuator.deviceId === deviceId).length;
    if (own >= MAX_PER_DEVICE) return undefined;
    const type = actuatorConfigs(device).find((config) => config.gpio === gpio)?.actuator_type ?? 'relay';
    const actuator = newActuator(deviceId, gpio, type);
    this.byKey.set(key, actuator);
    return actuator;
  }

  private viewOf(actuator: Actuator): ActuatorView {
    const { deviceId, gpio, type, requested, acknowledged, observed, emergency, runtimeMs } = actuator;
    const device = this.parts.device(deviceId);
    const config = actuatorConfigs(device).find((candidate) => candidate.gpio === gpio);
    const isCurrent = this.isCurrent(actuator, device);
    return {
      deviceId,
      gpio,
      type: config?.actuator_type ?? type,
      name: config?.actuator_name ?? '',
      configured: config !== undefined,
      ...(requested && { requested }),
      ...(acknowledged && { acknowledged }),
      ...(observed && { observed }),
      state: isCurrent && observed ? observed.state : 'unknown',
      ...(!isCurrent && observed && { last: { at: observed.at, state: observed.state, value: observed.value } }),
      discrepancy: isCurrent && this.isDiscrepant(actuator),
      emergency,
      runtimeS: Math.round(runtimeMs / 1000),
      ...(config && { maxRuntimeS: Math.round(config.max_runtime_ms / 1000) }),
      blockedBy: device ? this.parts.blocksOf(device, gpio) : [],
    };
  }

  private isCurrent(actuator: Actuator, device: DeviceRecord | undefined): boolean {
    if (actuator.observedMs === null || !this.parts.isBrokerOnline() || device?.presence.state === 'offline')
      return false;
    return this.parts.clock.monotonic() - actuator.observedMs <= OBSERVATION_VALID_MS;
  }

  private isDiscrepant({ requested, requestedMs, observed }: Actuator): boolean {
    if (!requested || !observed || !isFinal(requested.state) || requested.command === 'TOGGLE') return false;
    if (this.parts.clock.monotonic() - requestedMs < SETTLE_MS) return false;
    const isWantedOn = requested.command === 'ON' || (requested.command === 'PWM' && (requested.value ?? 0) > 0);
    const wasApplied = requested.state === 'applied';
    // A device that switched by itself after an applied command (duration, rule, stop) names its own source; that is no discrepancy.
    const isOwnAct = observed.source !== undefined && !observed.source.startsWith('user:');
    return wasApplied
      ? !isOwnAct && isWantedOn !== (observed.state === 'on' || observed.state === 'pwm')
      : requested.state === 'unconfirmed';
  }
}

function newActuator(deviceId: DeviceId, gpio: number, type: string): Actuator {
  return {
    deviceId,
    gpio,
    type,
    requested: undefined,
    acknowledged: undefined,
    observed: undefined,
    observedMs: null,
    requestedMs: -Infinity,
    emergency: 'normal',
    runtimeMs: 0,
    told: '',
  };
}

function keyOf(deviceId: DeviceId, gpio: number): string {
  return `${deviceId}:${gpio}`;
}

function actuatorConfigs(device: DeviceRecord | undefined) {
  return device?.config.confirmed?.actuators ?? device?.config.desired?.actuators ?? [];
}

function observedOf(row: ActuatorRow): Observed {
  return {
    at: new Date(row.at).toISOString(),
    state: row.state as Observed['state'],
    value: row.value,
    ...(row.source !== null && { source: row.source }),
  };
}
