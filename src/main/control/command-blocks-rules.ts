import type { Block } from '../../shared/api/control';
import { wireLimits } from '../../shared/wire/limits';
import type { DeviceRecord } from '../devices/device-record';

/** Slots of the publish queue of stock firmware (wire contract 1.9). */
const QUEUE_SLOTS = 8;
/** Name of the warning that stands on a device between `entered_pressure` and `recovered`. */
const PRESSURE_WARNING = 'queue_pressure';

/** Why a device cannot be commanded at all now: it is not approved, or not there (contract 12, rule 4). */
export function deviceBlocks({ name, approval, presence }: DeviceRecord): Block[] {
  const blocks: Block[] = [];
  if (approval !== 'approved')
    blocks.push({
      code: 'not_approved',
      message: `${name} is not approved. Approve it first.`,
      details: { approval },
    });
  if (presence.state !== 'online')
    blocks.push({
      code: 'offline',
      message: `${name} is ${presence.state} (${presence.reason}). Commands are possible when it is online.`,
      details: { presence: presence.state, reason: presence.reason, name },
    });
  return blocks;
}

/** Why a device must not be asked for measurements now: its publish queue is filling up (7.5, conformance I8). */
export function pressureBlock({ name, warnings }: DeviceRecord): Block | null {
  const warning = warnings.get(PRESSURE_WARNING);
  if (!warning) return null;
  const fill = /\d+/.exec(warning.raw ?? '')?.[0];
  const queue = fill === undefined ? '' : ` (queue ${fill} of ${QUEUE_SLOTS})`;
  return {
    code: 'busy',
    message: `${name} cannot send as fast as it measures${queue}. Measure again when it has recovered.`,
    details: { name, slots: QUEUE_SLOTS, ...(fill !== undefined && { fill: Number(fill) }) },
  };
}

/** Milliseconds until a pin may be measured again (7.5). `pinMs` and `deviceMs` are when the pin, and any pin of the device, was asked last. */
export function measureWaitMs(
  last: { readonly pinMs?: number | undefined; readonly deviceMs?: number | undefined },
  nowMs: number,
): number {
  const untilPin = last.pinMs === undefined ? 0 : last.pinMs + wireLimits.measureGapPerPinMs - nowMs;
  const untilDevice = last.deviceMs === undefined ? 0 : last.deviceMs + wireLimits.measureGapPerDeviceMs - nowMs;
  return Math.max(0, Math.ceil(untilPin), Math.ceil(untilDevice));
}
