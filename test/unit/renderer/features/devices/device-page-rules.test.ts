import { describe, expect, it } from 'vitest';
import { maintenanceKeys, resultFacts } from '../../../../../src/renderer/features/devices/maintenance-rules';
import { parseNumber } from '../../../../../src/renderer/features/devices/number-rules';
import {
  groupablePins,
  ownerOf,
  subzoneIdOf,
  subzoneStateKey,
} from '../../../../../src/renderer/features/devices/subzone-rules';
import { waitingOperations } from '../../../../../src/renderer/features/devices/waiting-rules';
import type { SubzoneView } from '../../../../../src/shared/api/devices';
import type { OperationView } from '../../../../../src/shared/api/operations';
import type { DeviceId, SubzoneId } from '../../../../../src/shared/domain/ids';
import { deviceOf } from '../../plant-fixtures';

const bed: SubzoneView = {
  id: 'bed_a' as SubzoneId,
  name: 'Bed A',
  gpios: [4, 25],
  parentZoneId: null,
  state: 'confirmed',
  confirmed: null,
  isRemoving: false,
  safeMode: { desired: false, state: 'none' },
};

describe('Maintenance', () => {
  it('offers restart and blinking only to devices that announce them', () => {
    const names = (capabilities?: string[]) =>
      maintenanceKeys({ health: capabilities ? { capabilities } : {} }).map(({ command }) => command);
    expect(names()).not.toContain('reboot');
    expect(names(['reboot', 'identify'])).toEqual([
      'status',
      'diagnostics',
      'onewire/scan',
      'identify',
      'reboot',
      'safe_mode',
      'exit_safe_mode',
      'factory_reset',
    ]);
  });

  it('writes an answer as pairs', () => {
    expect(resultFacts({ heap_free: 1, zone_id: 'a', sensors: [] })).toEqual([
      ['heap free', '1'],
      ['zone id', 'a'],
      ['sensors', '[]'],
    ]);
  });
});

describe('Subzones', () => {
  it('get an id from their name', () => {
    expect(['Bed A', 'Tröge – Süd!', '___', 'x'.repeat(40)].map(subzoneIdOf)).toEqual([
      'bed_a',
      'troege_sued',
      '',
      'x'.repeat(32),
    ]);
  });

  it('name the one that has a pin already', () => {
    expect([ownerOf([bed], 4, null), ownerOf([bed], 4, 'bed_a'), ownerOf([bed], 5, null)]).toEqual([
      'Bed A',
      undefined,
      undefined,
    ]);
  });

  it('can have every pin that is in use but the bus', () => {
    expect(groupablePins(deviceOf('ESP_1', { subzones: [bed] }), [0, 34, 4])).toEqual([4, 25, 34]);
  });

  it('say that they are being removed until that failed', () => {
    expect([
      subzoneStateKey(bed),
      subzoneStateKey({ isRemoving: true, state: 'pending' }),
      subzoneStateKey({ isRemoving: true, state: 'failed' }),
    ]).toEqual(['subzones.states.confirmed', 'subzones.removing', 'subzones.states.failed']);
  });
});

describe('Changes on their way', () => {
  it('are the ones that have not ended, oldest first', () => {
    const operation = (id: string, change: Partial<OperationView> = {}): OperationView => ({
      id,
      kind: 'config',
      deviceId: 'ESP_1' as DeviceId,
      state: 'pending',
      startedAt: `2026-11-21T12:00:0${id}.000Z`,
      ...change,
    });
    const all = {
      2: operation('2'),
      1: operation('1', { deviceId: 'ESP_2' as DeviceId }),
      3: operation('3', { state: 'confirmed' }),
    };
    expect(waitingOperations(all).map(({ id }) => id)).toEqual(['1', '2']);
    expect(waitingOperations(all, 'ESP_1').map(({ id }) => id)).toEqual(['2']);
  });
});

describe('A typed number', () => {
  it.each([
    ['12', true, 12],
    ['12,5', false, 12.5],
    ['−3', true, -3],
    ['1.5', true, null],
    ['', true, null],
    ['1e9', false, null],
  ])('%s (whole: %s) is %s', (text, isWhole, number) => {
    expect(parseNumber(text, isWhole)).toBe(number);
  });
});
