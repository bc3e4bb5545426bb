import type { BoardPin } from '../../../shared/domain/pin-rules';
import { auxPin } from '../../../shared/domain/pin-rules';
import type { ConfigDraft, Editing } from './config-draft-rules';

export type MappedPin = {
  readonly gpio: number;
  readonly role: BoardPin['role'];
  /** Names of what hangs on the pin; null for nothing. */
  readonly use: string | null;
  /** What a press opens; null when nothing does. */
  readonly item: Editing | null;
  readonly isFree: boolean;
  /** Why a pin is closed. */
  readonly reservation: BoardPin['reservation'] | null;
};

/** The pins of a board with the draft's sensors and outputs on them. */
export function mappedPins(pins: readonly BoardPin[], draft: ConfigDraft): MappedPin[] {
  return pins.map(({ gpio, role, reservation }) => {
    const sensors = draft.sensors.filter((sensor) => sensor.gpio === gpio && gpio > 0);
    const outputs = draft.actuators.filter((actuator) => actuator.gpio === gpio || auxPin(actuator) === gpio);
    const names = [
      ...sensors.map(({ sensor_name: name, sensor_type: type }) => name || type),
      ...outputs.map(({ actuator_name: name, actuator_type: type }) => name || type),
    ];
    return {
      gpio,
      role,
      use: names.length > 0 ? names.join(', ') : null,
      item: itemOf(draft, sensors[0], outputs[0]),
      isFree: names.length === 0 && (role === 'free' || role === 'with_care' || role === 'input_only'),
      reservation: reservation ?? null,
    };
  });
}

function itemOf(
  draft: ConfigDraft,
  sensor: ConfigDraft['sensors'][number] | undefined,
  output: ConfigDraft['actuators'][number] | undefined,
): Editing | null {
  if (sensor) return { section: 'sensors', index: draft.sensors.indexOf(sensor), item: sensor };
  if (output) return { section: 'actuators', index: draft.actuators.indexOf(output), item: output };
  return null;
}
