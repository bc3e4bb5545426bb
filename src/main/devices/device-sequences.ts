import type { DeviceId } from '../../shared/domain/ids';
import type { DeviceRecord } from './device-record';
import type { DeviceRegistry } from './device-registry';
import { SEQUENCE_WINDOW, SequenceState } from './sequence-state';

/** More missing numbers than this in the last thousand (1 %) are worth a warning. */
const MAX_MISSING = SEQUENCE_WINDOW / 100;
const GAPS = 'sequence_gaps';

/** The message counters of the known devices: gaps and restarts become visible on the record. */
export class DeviceSequences {
  private readonly states = new WeakMap<DeviceRecord, SequenceState>();

  constructor(
    private readonly registry: Pick<DeviceRegistry, 'get' | 'warn' | 'settle'>,
    /** The numbers of a device began anew although it did not say that it restarted. */
    private readonly onRestart: (device: DeviceRecord) => void,
  ) {}

  /** Notes the number of one message; runs for every reading. */
  take(id: DeviceId, seq: number, isRedelivered: boolean): void {
    const device = this.registry.get(id);
    if (!device) return;
    const state = this.stateOf(device);
    const { missed } = state.counts;
    if (state.take(seq, isRedelivered)) this.onRestart(device);
    if (state.missingOfWindow > MAX_MISSING) {
      if (state.counts.missed > missed) this.warn(device, state);
    } else if (device.warnings.has(GAPS)) this.registry.settle(device, GAPS);
  }

  /** The device says that it booted. */
  booted(device: DeviceRecord): void {
    this.stateOf(device).booted();
  }

  private warn(device: DeviceRecord, { missingOfWindow }: SequenceState): void {
    this.registry.warn(device, {
      code: GAPS,
      message: `${missingOfWindow} of the last ${SEQUENCE_WINDOW} messages of the device are missing. Check its radio and the broker's queue limits.`,
      raw: String(missingOfWindow),
    });
  }

  private stateOf(device: DeviceRecord): SequenceState {
    const known = this.states.get(device);
    if (known) return known;
    const state = new SequenceState();
    this.states.set(device, state);
    device.sequence = state.counts;
    return state;
  }
}
