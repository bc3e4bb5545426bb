import { join, resolve } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createSettingsFlash } from '../../../../src/main/plant/settings-flash';
import {
  commands,
  encodeCommand,
  ImprovParser,
  rpcs,
  type ImprovCommand,
} from '../../../../src/main/provisioning/improv-codec';
import type { DeviceSettings } from '../../../../src/main/provisioning/settings-image';
import { loadTwins } from '../../../fakes/twin-file';

const twinPath = join(resolve(import.meta.dirname, '../../../..'), 'resources/firmware/twin.wasm');

const settings: DeviceSettings = {
  board: 'esp32c3',
  mac: '7c:df:a1:0a:1b:2c',
  id: '',
  kaiserId: 'god',
  name: 'Zelt 1 – Süd',
  wifi: { ssid: 'tent', password: 'tomatoes' },
  broker: { host: '10.0.4.2', port: 1883, user: 'ESP_0A1B2C', password: 'S3CRET' },
  stopToken: 'stop-me-please',
};

function flashOf(change: Partial<DeviceSettings> = {}): Uint8Array {
  const flash = createSettingsFlash(twinPath)({ ...settings, ...change });
  if (!flash.ok) throw new Error(flash.error.message);
  return flash.value;
}

/** The newest entry of a record, read as firmware/core/src/store/entry.rs says, independently of the firmware. */
function newestEntry(flash: Uint8Array, record: number, { firstSector = 0, entryBytes = 4096 } = {}): Buffer {
  const entries: { sequence: number; data: Buffer }[] = [];
  for (let at = firstSector * 4096; at < (firstSector + 2) * 4096; at += entryBytes) {
    const entry = Buffer.from(flash.subarray(at, at + entryBytes));
    if (entry.toString('latin1', 0, 4) !== 'LTS1') continue;
    const data = entry.subarray(20, 20 + entry.readUInt16LE(6));
    expect([entry[4], entry[5]]).toEqual([record, 1]);
    expect(entry.readUInt32LE(12)).toBe(crc32(data));
    expect(entry.readUInt32LE(16)).toBe(crc32(entry.subarray(0, 16)));
    entries.push({ sequence: entry.readUInt32LE(8), data });
  }
  const newest = entries.toSorted((a, b) => b.sequence - a.sequence)[0];
  if (!newest) throw new Error(`record ${record} is not there`);
  return newest.data;
}

/** Reads postcard: strings with a length of one byte, numbers of seven bits a byte. */
class Postcard {
  private at = 0;
  constructor(private readonly data: Buffer) {}

  readonly number = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.data[this.at] ?? 0;
      this.at += 1;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };

  readonly text = (): string => {
    const length = this.number();
    this.at += length;
    return this.data.toString('utf8', this.at - length, this.at);
  };
}

describe('the settings partition of a new board', () => {
  it('holds everything that the device is told, as whole records with right checksums', () => {
    const flash = flashOf();
    expect(flash.length).toBe(40_960);
    const { text, number } = new Postcard(newestEntry(flash, 1));
    expect({
      id: text(),
      kaiserId: text(),
      ssid: text(),
      password: text(),
      host: text(),
      port: number(),
      tls: number(),
      user: text(),
      login: text(),
      name: text(),
    }).toEqual({
      id: '',
      kaiserId: 'god',
      ssid: 'tent',
      password: 'tomatoes',
      host: '10.0.4.2',
      port: 1883,
      tls: 0,
      user: 'ESP_0A1B2C',
      login: 'S3CRET',
      name: 'Zelt 1 – Süd',
    });
    expect(newestEntry(flash, 2, { firstSector: 2 }).includes('stop-me-please')).toBe(true);
  });

  it('does not begin with half a boot loop', () => {
    const { number } = new Postcard(newestEntry(flashOf(), 4, { firstSector: 6, entryBytes: 128 }));
    expect({ boots: number(), unstableBoots: number() }).toEqual({ boots: 1, unstableBoots: 0 });
  });

  it('is read by the same firmware, which then has its controller, its token and the id of its MAC', () => {
    const { wifi, broker, name, mac } = settings;
    const kaiserId = 'another'; // what is stored comes before it
    const opened = loadTwins().open({ id: '', board: 'esp32c3', kaiserId, mac, broker, wifi, name, seed: 1, flash: flashOf() }, 0); // prettier-ignore
    const ask = (command: ImprovCommand) =>
      new ImprovParser().feed(opened.serial(encodeCommand(command), 0)).find(({ kind }) => kind === 'result');
    expect(ask(commands.getIdentity())).toEqual({ kind: 'result', rpc: rpcs.getIdentity, strings: ['ESP_0A1B2C', 'god', '1', '0', '0'] }); // prettier-ignore
    expect(ask(commands.getBroker())).toEqual({ kind: 'result', rpc: rpcs.getBroker, strings: ['10.0.4.2', '1883', '0', 'ESP_0A1B2C', '1'] }); // prettier-ignore
    const boots = opened.takeEvents().filter(({ event }) => event === 'boot');
    expect(boots).toEqual([{ event: 'boot', reason: 'POWERON', count: 2 }]);
  });

  it('is a fresh one each time, without anything of the board before', () => {
    const write = createSettingsFlash(twinPath);
    const first = write(settings);
    const second = write({ ...settings, id: 'ESP_TENT', stopToken: '', wifi: { ssid: 'barn', password: 'potatoes' } });
    if (!first.ok || !second.ok) throw new Error('refused');
    const text = Buffer.from(second.value);
    expect(['tomatoes', 'stop-me-please'].filter((secret) => text.includes(secret))).toEqual([]);
    expect([text.includes('ESP_TENT'), text.includes('potatoes')]).toEqual([true, true]);
    expect(flashOf()).toEqual(first.value);
  });

  it.each([
    ['a network name', { wifi: { ssid: 'x'.repeat(33), password: '' } }],
    ['a token', { stopToken: 'ü'.repeat(40) }],
  ])('is refused with the reason when %s is too long for the firmware', (_name, change) => {
    const flash = createSettingsFlash(twinPath)({ ...settings, ...change });
    expect(flash.ok ? null : flash.error.code).toBe('invalid');
  });

  it('cannot be made without the firmware, and says how to get it', () => {
    const flash = createSettingsFlash('/nowhere/twin.wasm')(settings);
    expect(flash.ok ? null : flash.error.message).toContain('npm run firmware');
  });
});
