import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { z } from 'zod';
import type { DeviceId } from '../../shared/domain/ids';

/** Where the archive keeps its one text; the console's settings. */
export type TextPlace = {
  readonly get: (key: string) => string | undefined;
  readonly set: (key: string, value: string) => void;
  readonly remove: (key: string) => void;
};

const KEY = 'demo_flash';
const schema = z.record(z.string(), z.base64());

/**
 * What the simulated devices have stored, so that they come back after a restart of the console as real ones do: with their configuration,
 * their zone, and a number of boots that counts on. Erased flash is all ones, so thirteen partitions of 64 kB shrink to some kB.
 */
export class FlashArchive {
  private saved = new Map<string, Uint8Array>();

  constructor(private readonly place: TextPlace) {}

  /** Reads what was kept. A text that cannot be read counts as none: the devices then start as the plan says. */
  load(): void {
    const text = this.place.get(KEY);
    this.saved = new Map(text === undefined ? [] : entriesOf(text));
  }

  of(deviceId: DeviceId): Uint8Array | null {
    return this.saved.get(deviceId) ?? null;
  }

  /** Keeps what has changed; writes nothing when nothing has. */
  save(flashes: ReadonlyMap<DeviceId, Uint8Array>): void {
    const isSame = ([id, flash]: [DeviceId, Uint8Array]) =>
      Buffer.compare(this.saved.get(id) ?? new Uint8Array(), flash) === 0;
    if ([...flashes].every(isSame)) return;
    this.saved = new Map(flashes);
    const entries = [...flashes].map(([id, flash]) => [id, deflateRawSync(flash).toString('base64')]);
    this.place.set(KEY, JSON.stringify(Object.fromEntries(entries)));
  }

  forget(): void {
    this.saved.clear();
    this.place.remove(KEY);
  }
}

function entriesOf(text: string): [string, Uint8Array][] {
  try {
    const entries = Object.entries(schema.parse(JSON.parse(text)));
    return entries.map(([id, flash]) => [id, inflateRawSync(Buffer.from(flash, 'base64'))]);
  } catch {
    return [];
  }
}
