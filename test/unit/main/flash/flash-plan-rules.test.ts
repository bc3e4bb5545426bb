import { describe, expect, it } from 'vitest';
import { flashOptionsSchema, type FlashOptions } from '../../../../src/shared/api/flash';
import { deviceIdSchema } from '../../../../src/shared/domain/ids';
import type { ConnectedChip } from '../../../../src/main/flash/chip-facts';
import {
  eraseRanges,
  isWorthProbing,
  mergedRanges,
  pieces,
  refusalOf,
  settingsPlace,
} from '../../../../src/main/flash/flash-plan-rules';
import type { LoadedImage } from '../../../../src/main/flash/loaded-image';
import { flashImage, part } from '../../../fakes/flash-image';

const MB = 1024 * 1024;
const image = flashImage({ chip: 'esp32c3', minimumRevision: 3 });

const options = (changes: Partial<FlashOptions> = {}): FlashOptions => ({
  ...flashOptionsSchema.parse({}),
  ...changes,
});

function chip(changes: Partial<ConnectedChip['facts']> = {}, more: Partial<ConnectedChip> = {}): ConnectedChip {
  return {
    facts: {
      chip: 'ESP32-C3',
      chipId: 'esp32c3',
      revision: 'v0.4',
      mac: '84:f7:03:01:02:03',
      flashSizeBytes: 4 * MB,
      security: { secureBoot: false, flashEncryption: false, secureDownload: false, debugDisabled: false },
      deviceId: deviceIdSchema.parse('ESP_010203'),
      ...changes,
    },
    revision: 4,
    isFlashEncrypted: false,
    hasSecureBoot: false,
    ...more,
  };
}

const withParts = (...parts: LoadedImage['parts']): LoadedImage => ({ ...image, parts });
/** Somebody's own image, whose boot loader names a size of flash in its header (0x20 = 4 MB). */
const expecting = (size: number): LoadedImage => {
  const header = Uint8Array.of(0xe9, 1, 2, size);
  return {
    ...image,
    image: { ...image.image, kind: 'user' },
    parts: [part('bootloader', 0, header), ...image.parts.slice(1)],
  };
};
const asBackup = (sizeBytes: number): LoadedImage => ({
  ...image,
  image: { ...image.image, kind: 'backup' },
  parts: [part('flash', 0, new Uint8Array(sizeBytes))],
  partitions: [],
});

describe('whether an image may be written', () => {
  it('yes, when chip, revision, size and layout fit', () => {
    expect(refusalOf(image, chip(), options())).toBeNull();
    expect(refusalOf({ ...image, chip: null }, chip(), options())).toBeNull();
    expect(refusalOf(image, chip({ security: null }), options())).toBeNull();
    expect(refusalOf(expecting(0x20), chip(), options())).toBeNull();
    expect(refusalOf(expecting(0xf0), chip(), options())).toBeNull();
  });

  it.each([
    ['another chip', image, chip({ chip: 'ESP32-C6', chipId: 'esp32c6' }), 'wrong_chip', { chip: 'ESP32-C6', expected: 'ESP32-C3' }],
    ['a chip that nobody knows', { ...image, chip: null }, chip({ chip: 'ESP32-X', chipId: null }), 'wrong_chip', { chip: 'ESP32-X', expected: 'a chip that the console knows' }],
    ['an old revision', image, chip({ revision: 'v0.2' }, { revision: 2 }), 'chip_too_old', { revision: 'v0.2', required: 'v0.3' }],
    ['a flash without a size', image, chip({ flashSizeBytes: null }), 'flash_unknown', {}],
    ['a small flash', image, chip({ flashSizeBytes: 2 * MB }), 'flash_too_small', { flashSizeBytes: 2 * MB, requiredBytes: 0x3c2000 }],
    ['a part behind the end', withParts(part('app', 4 * MB - 4096, new Uint8Array(4097))), chip(), 'flash_too_small', { flashSizeBytes: 4 * MB, requiredBytes: 4 * MB + 1 }],
    ['a small flash for what the boot loader expects', expecting(0x40), chip(), 'flash_too_small', { flashSizeBytes: 4 * MB, requiredBytes: 16 * MB }],
    ['encryption', image, chip({}, { isFlashEncrypted: true }), 'flash_encrypted', { chip: 'ESP32-C3' }],
    ['secure boot', image, chip({}, { hasSecureBoot: true }), 'secure_download', { chip: 'ESP32-C3' }],
    ['no part', withParts(), chip(), 'image_unfit', {}],
    ['overlapping parts', withParts(part('a', 0, new Uint8Array(5000)), part('b', 4096, new Uint8Array(10))), chip(), 'image_unfit', { part: 'a', other: 'b' }],
    ['a part inside a sector', withParts(part('a', 0x10010, new Uint8Array(10))), chip(), 'image_unfit', { part: 'a', address: 0x10010 }],
    ['a part that reaches into the settings', withParts(part('a', 0x8000, new Uint8Array(4097))), chip(), 'image_unfit', { part: 'a', partition: 'nvs' }],
    ['a backup of a smaller flash', asBackup(2 * MB), chip(), 'image_unfit', { flashSizeBytes: 4 * MB, requiredBytes: 2 * MB }],
  ] as const)('no, with %s', (...[, wanted, found, code, details]) => {
    const refusal = refusalOf(wanted, found, options());
    expect({ code: refusal?.code, details: refusal?.details }).toEqual({ code, details });
    expect(refusal?.message).toMatch(/\. [A-Z].*\.$|\.$/);
  }); // prettier-ignore

  it('yes, over the settings when they are not to be kept', () => {
    const merged = withParts(part('merged', 0, new Uint8Array(0x11000)));
    expect(refusalOf(merged, chip(), options({ keepUserData: false }))).toBeNull();
    expect(refusalOf(merged, chip(), options({ eraseAll: true }))).toBeNull();
  });

  it('no, without a bootloader when everything is erased', () => {
    const alone = withParts(part('application', 0x10000, new Uint8Array(10)));
    expect(refusalOf(alone, chip(), options({ eraseAll: true }))).toMatchObject({ code: 'image_unfit', details: { address: 0 } }); // prettier-ignore
    expect(refusalOf(alone, chip(), options())).toBeNull();
    expect(refusalOf(image, chip(), options({ eraseAll: true }))).toBeNull();
  });

  it('yes, for a backup of a flash of that size, also with secure boot', () => {
    expect(refusalOf(asBackup(4 * MB), chip({}, { hasSecureBoot: true }), options())).toBeNull();
  });
});

describe('what else is erased', () => {
  const parts = image.parts.map((each) => ({ ...each, isSettings: false }));
  const otadata = { address: 0x3b0000, sizeBytes: 0x2000 };
  const named = (ranges: readonly { address: number; sizeBytes: number }[]) => ranges.map(({ address, sizeBytes }) => ({ address, sizeBytes })); // prettier-ignore

  it('is the choice of the slot, when the image has slots', () => {
    expect(named(eraseRanges(image, parts, options()))).toEqual([otadata]);
    const single = { ...image, partitions: image.partitions.filter(({ name }) => !name.startsWith('ota_')) };
    expect(eraseRanges(single, parts, options())).toEqual([]);
  });

  it('is the settings, when they are not kept', () => {
    expect(named(eraseRanges(image, parts, options({ keepUserData: false })))).toEqual([
      { address: 0x9000, sizeBytes: 0x6000 },
      otadata,
      { address: 0x3b2000, sizeBytes: 0x10000 },
    ]);
  });

  it('is what lies behind new settings in their partition', () => {
    const settings = { ...part('cfg', 0x3b2000, new Uint8Array(5000)), isSettings: true };
    expect(named(eraseRanges(image, [...parts, settings], options()))).toEqual([
      otadata,
      { address: 0x3b4000, sizeBytes: 0xe000 },
    ]);
  });

  it('is nothing when all was erased before, or a whole flash is restored', () => {
    expect(eraseRanges(image, parts, options({ eraseAll: true }))).toEqual([]);
    expect(eraseRanges(asBackup(4 * MB), [], options({ keepUserData: false }))).toEqual([]);
  });
});

describe('where settings go', () => {
  it('is the partition of that name', () => {
    expect(settingsPlace(image, { partition: 'cfg', data: new Uint8Array(10) })).toMatchObject({ address: 0x3b2000 });
  });

  it.each([
    ['an unknown partition', image, { partition: 'other', data: new Uint8Array(1) }],
    ['too much data', image, { partition: 'cfg', data: new Uint8Array(0x10001) }],
    ['a part in the way', withParts(part('merged', 0x3b0000, new Uint8Array(0x3000))), { partition: 'cfg', data: new Uint8Array(1) }],
  ])('is nowhere with %s', (_name, wanted, settings) => {
    expect(settingsPlace(wanted, settings)).toMatchObject({ code: 'image_unfit' });
  }); // prettier-ignore
});

describe('ranges', () => {
  it('are cut into pieces, the last one shorter', () => {
    expect(pieces({ address: 0x1000, sizeBytes: 10_000 }, 4096)).toEqual([
      { address: 0x1000, sizeBytes: 4096 },
      { address: 0x2000, sizeBytes: 4096 },
      { address: 0x3000, sizeBytes: 1808 },
    ]);
  });

  it('are merged when at most one sector lies between them', () => {
    const sector = (index: number) => ({ address: index * 4096, sizeBytes: 4096 });
    expect(mergedRanges([sector(0), sector(1), sector(3), sector(6)])).toEqual([
      { address: 0, sizeBytes: 4 * 4096 },
      { address: 6 * 4096, sizeBytes: 4096 },
    ]);
  });

  it.each([
    [0, 10, false],
    [1, 1, true],
    [5, 10, true],
    [6, 10, false],
  ])('%i changed blocks of %i are worth asking for their sectors: %s', (changed, blocks, expected) => {
    expect(isWorthProbing(changed, blocks)).toBe(expected);
  });
});
