import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256Of } from '../../../../src/main/flash/digests';
import { checkProgram, readDescriptor } from '../../../../src/main/flash/image-rules';
import { makeEsp8266Program, makeProgram } from '../../../fakes/esp-image';
import { seedOfRun } from '../../../fakes/random';

const firmware = { name: 'pump-node', version: '1.2.3', builtAt: 'Nov 21 2026 12:34:56' };
const reason = (bytes: Uint8Array) => {
  const checked = checkProgram(bytes, sha256Of);
  return checked.ok ? 'ok' : checked.reason;
};

describe('checkProgram', () => {
  it('reads an application', () => {
    const program = makeProgram({ minimumRevision: 101 });
    expect(checkProgram(program, sha256Of)).toEqual({
      ok: true,
      image: { chip: 'esp32c3', minimumRevision: 101, sizeBytes: program.length, isBootloader: false, firmware },
    });
  });

  it('does not count what follows, such as a signature', () => {
    const program = makeProgram();
    const checked = checkProgram(Buffer.concat([program, Buffer.alloc(4096)]), sha256Of);
    expect(checked.ok && checked.image.sizeBytes).toBe(program.length);
  });

  it.each([
    ['ESP32, by its major number', { chipId: 0, oldRevision: 3 }, 'esp32', 300],
    ['ESP32-C3, by its minor number', { chipId: 5, oldRevision: 3 }, 'esp32c3', 3],
    ['any chip, by the new field first', { chipId: 9, oldRevision: 1, minimumRevision: 2 }, 'esp32s3', 2],
  ] as const)('reads the oldest revision for the %s', (_what, options, chip, minimumRevision) => {
    const checked = checkProgram(makeProgram(options), sha256Of);
    expect(checked.ok && [checked.image.chip, checked.image.minimumRevision]).toEqual([chip, minimumRevision]);
  });

  it('tells a boot loader from an application', () => {
    const checked = checkProgram(makeProgram({ descriptor: 'bootloader' }), sha256Of);
    expect(checked.ok && [checked.image.isBootloader, checked.image.firmware]).toEqual([true, null]);
  });

  it('takes a program without a digest by its checksum', () => {
    const program = makeProgram({ hasDigest: false });
    expect(reason(program)).toBe('ok');
    program[100] = 0xff ^ (program[100] ?? 0);
    expect(reason(program)).toBe('its checksum is wrong');
  });

  it('knows the short header of an ESP8266', () => {
    const program = makeEsp8266Program();
    expect(checkProgram(program, sha256Of)).toEqual({
      ok: true,
      image: { chip: 'esp8266', minimumRevision: 0, sizeBytes: program.length, isBootloader: false, firmware: null },
    });
  });

  it.each([
    ['nothing', Buffer.alloc(0), 'it does not begin with 0xE9'],
    ['text', Buffer.from('hello'), 'it does not begin with 0xE9'],
    ['a lone magic byte', Buffer.of(0xe9), 'it has 0 segments'],
    ['too many segments', Buffer.from([0xe9, 17, ...Buffer.alloc(64)]), 'it has 17 segments'],
    ['half a header', Buffer.from([0xe9, 1, 0, 0]), 'it ends in its header'],
    ['a chip of the future', makeProgram({ chipId: 999 }), 'it is for a chip that this console does not know (number 999)'], // prettier-ignore
    ['a missing digest', makeProgram().subarray(0, -1), 'it ends in its SHA-256'],
    ['a missing checksum', makeProgram({ hasDigest: false }).subarray(0, -1), 'it ends before its checksum'],
    ['a missing half', makeProgram().subarray(0, 200), 'segment 1 of 2 ends behind the file: it is cut off or damaged'],
  ])('refuses %s', (_what, bytes, expected) => {
    expect(reason(bytes)).toBe(expected);
  });

  it('sees every flipped bit of a program, but for the one that says that it has a digest', () => {
    const program = makeProgram();
    const digestFlagBit = 23 * 8;
    fc.assert(
      fc.property(
        fc.nat(program.length * 8 - 1).filter((bit) => bit !== digestFlagBit),
        (bit) => {
          const copy = Buffer.from(program);
          copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
          expect(reason(copy)).not.toBe('ok');
        },
      ),
      { seed: seedOfRun(), numRuns: 500, examples: [[digestFlagBit + 1]] },
    );
  });

  it('takes any bytes without throwing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (tail) => {
        expect(typeof reason(Buffer.from([0xe9, ...tail]))).toBe('string');
      }),
      { seed: seedOfRun() },
    );
  });

  it.each(['esp32c3', 'esp32c6'])('finds our own firmware for the %s whole', (chip) => {
    const read = (name: string) => readFileSync(`resources/firmware/${chip}/${name}.bin`);
    const application = checkProgram(read('application'), sha256Of);
    expect(application.ok && [application.image.chip, application.image.isBootloader]).toEqual([chip, false]);
    expect(application.ok && application.image.firmware?.version).toMatch(/^\d+\.\d+\.\d+/);
    const bootloader = checkProgram(read('bootloader'), sha256Of);
    expect(bootloader.ok && [bootloader.image.chip, bootloader.image.isBootloader]).toEqual([chip, true]);
  });
});

describe('readDescriptor', () => {
  it('reads the start of an application, as it comes from a flash', () => {
    expect(readDescriptor(makeProgram().subarray(0, 288))).toEqual(firmware);
  });

  it.each([
    ['too few bytes', makeProgram().subarray(0, 287)],
    ['an erased flash', Buffer.alloc(288, 0xff)],
    ['a boot loader', makeProgram({ descriptor: 'bootloader' })],
  ])('finds nothing in %s', (_what, bytes) => {
    expect(readDescriptor(bytes)).toBeNull();
  });

  it('replaces what no screen can show', () => {
    expect(readDescriptor(makeProgram({ version: '1.0\u0007\nx' }))?.version).toBe('1.0\ufffd\ufffdx');
  });
});
