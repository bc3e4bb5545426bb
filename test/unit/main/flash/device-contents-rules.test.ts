import { describe, expect, it } from 'vitest';
import {
  APP_HEAD_BYTES,
  devicePartitions,
  firmwareOf,
  firstAppAddress,
} from '../../../../src/main/flash/device-contents-rules';
import { must } from '../../../../src/shared/domain/assert';
import { flashImage, partitions } from '../../../fakes/flash-image';

const { parts } = flashImage({ chip: 'esp32c3', version: '2.1.0' });
const table = must(parts[1], 'table').data;
const head = must(parts[2], 'application').data.subarray(0, APP_HEAD_BYTES);

describe('what lies in a device', () => {
  it('is told by its partition table', () => {
    expect(devicePartitions(table)).toEqual(partitions);
    expect(firstAppAddress(partitions)).toBe(0x10000);
  });

  it('has no table when the flash is blank or holds something else', () => {
    expect(devicePartitions(new Uint8Array(0xc00).fill(0xff))).toEqual([]);
    expect(devicePartitions(new Uint8Array(40))).toEqual([]);
    expect(firstAppAddress([])).toBe(0x10000);
  });

  it('names its firmware', () => {
    expect(firmwareOf(head)).toEqual({ name: 'leitstand-node', version: '2.1.0', builtAt: 'Nov 21 2026 12:00:00' });
  });

  it.each([
    ['nothing', new Uint8Array(APP_HEAD_BYTES).fill(0xff)],
    ['too little', head.subarray(0, 100)],
    ['no descriptor', Uint8Array.from(head).fill(0, 32, 36)],
  ])('is unknown with %s', (_name, bytes) => {
    expect(firmwareOf(bytes)).toBeNull();
  });

  it('shows no control characters of a descriptor', () => {
    const bytes = Uint8Array.from(head);
    bytes.set([27, 91, 65, 0], 32 + 48);
    expect(firmwareOf(bytes)?.name).toBe('[A');
  });
});
