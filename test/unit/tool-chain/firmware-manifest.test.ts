import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

type Checks = {
  readonly manifestProblems: (folder: string) => readonly string[];
  readonly differences: (one: string, other: string) => readonly string[];
};

// The scripts have no types; this is what the tests use of them.
const { manifestProblems, differences } = (await import(
  pathToFileURL(resolve('scripts/firmware-manifest.mjs')).href
)) as Checks;

const bootloader = Buffer.from('bootloader');
const table = Buffer.from('table');
const application = Buffer.from('application');
const twin = Buffer.from('twin');
const merged = Buffer.concat([
  Buffer.concat([bootloader, Buffer.alloc(0x8000, 0xff)]).subarray(0, 0x8000),
  Buffer.concat([table, Buffer.alloc(0x8000, 0xff)]).subarray(0, 0x8000),
  application,
]);

const described = (file: string, data: Buffer) => ({
  file,
  sizeBytes: data.length,
  sha256: createHash('sha256').update(data).digest('hex'),
  md5: createHash('md5').update(data).digest('hex'),
});

const chip = () => ({
  id: 'esp32c3',
  flashSizeBytes: 0x40_0000,
  parts: [
    { name: 'bootloader', address: 0, ...described('esp32c3/bootloader.bin', bootloader) },
    { name: 'partition-table', address: 0x8000, ...described('esp32c3/partition-table.bin', table) },
    { name: 'application', address: 0x1_0000, ...described('esp32c3/application.bin', application) },
  ],
  merged: { name: 'merged', address: 0, ...described('esp32c3/merged.bin', merged) },
  partitions: [
    { name: 'ota_0', type: 'app', address: 0x1_0000, sizeBytes: 0x1d_0000 },
    { name: 'cfg', type: '64', address: 0x3b_2000, sizeBytes: 0x1_0000 },
  ],
});

const manifest = () => ({ format: 1, chips: [chip()], twin: described('twin.wasm', twin) });

let folder = '';
let opened: string[] = [];

function emptyFolder(): string {
  opened.push(mkdtempSync(join(tmpdir(), 'leitstand-manifest-')));
  return opened.at(-1) ?? '';
}

afterEach(() => {
  for (const path of opened) rmSync(path, { recursive: true, force: true });
  opened = [];
});

beforeEach(() => {
  folder = emptyFolder();
  write('esp32c3/bootloader.bin', bootloader);
  write('esp32c3/partition-table.bin', table);
  write('esp32c3/application.bin', application);
  write('esp32c3/merged.bin', merged);
  write('twin.wasm', twin);
  write('NOTICES.txt', 'notices');
  write('manifest.json', JSON.stringify(manifest()));
});

function write(file: string, data: Buffer | string, to = folder): void {
  mkdirSync(dirname(join(to, file)), { recursive: true });
  writeFileSync(join(to, file), data);
}

describe('the manifest of the firmware', () => {
  it('has no problem when every file is as it says', () => {
    expect(manifestProblems(folder)).toEqual([]);
  });

  it('is missing in an empty folder', () => {
    expect(manifestProblems(emptyFolder())).toEqual(['manifest.json is missing']);
  });

  it('is refused in another format', () => {
    write('manifest.json', JSON.stringify({ ...manifest(), format: 2 }));
    expect(manifestProblems(folder)).toEqual(['the manifest has format 2, not 1']);
  });

  it('names a file that is gone', () => {
    rmSync(join(folder, 'twin.wasm'));
    expect(manifestProblems(folder)).toEqual(['twin.wasm is missing']);
  });

  it('names a file whose size and content changed', () => {
    write('twin.wasm', 'twins');
    expect(manifestProblems(folder)).toEqual([
      'twin.wasm has 5 bytes, not 4',
      'twin.wasm has another SHA-256',
      'twin.wasm has another MD5',
    ]);
  });

  it('notices one flipped bit in an application, also in the merged image', () => {
    const flipped = Buffer.from(application);
    flipped.writeUInt8(flipped.readUInt8(0) ^ 1, 0);
    write('esp32c3/application.bin', flipped);
    expect(manifestProblems(folder)).toEqual([
      'esp32c3/application.bin has another SHA-256',
      'esp32c3/application.bin has another MD5',
      'esp32c3: the merged image is not its parts',
    ]);
  });

  it('names a file that it does not know', () => {
    write('esp32c3/old.bin', 'old');
    expect(manifestProblems(folder)).toEqual(['esp32c3/old.bin is not in the manifest']);
  });

  it('refuses an application over its budget of 1.2 MB', () => {
    const parts = chip().parts.map((part) => (part.name === 'application' ? { ...part, sizeBytes: 1_200_001 } : part));
    write('manifest.json', JSON.stringify({ ...manifest(), chips: [{ ...chip(), parts }] }));
    expect(manifestProblems(folder)).toContain(
      'esp32c3: the application has 1200001 bytes, over its budget of 1200000',
    );
  });

  it('refuses an application outside of its partition, and partitions that overlap or end behind the flash', () => {
    const partitions = [
      { name: 'ota_0', type: 'app', address: 0x2_0000, sizeBytes: 0x1d_0000 },
      { name: 'cfg', type: '64', address: 0x1e_0000, sizeBytes: 0x40_0000 },
    ];
    write('manifest.json', JSON.stringify({ ...manifest(), chips: [{ ...chip(), partitions }] }));
    expect(manifestProblems(folder)).toEqual([
      'esp32c3: the application is not at the address of its partition',
      'esp32c3: partition ota_0 overlaps cfg',
      'esp32c3: a partition ends behind the flash',
    ]);
  });
});

describe('two builds', () => {
  it('are the same when all files are', () => {
    expect(differences(folder, folder)).toEqual([]);
  });

  it('differ in changed, new and missing files', () => {
    const other = emptyFolder();
    write('manifest.json', JSON.stringify(manifest()), other);
    write('esp32c3/bootloader.bin', 'another', other);
    write('new.bin', 'new', other);
    expect(differences(folder, other)).toEqual([
      'NOTICES.txt',
      'esp32c3/application.bin',
      'esp32c3/bootloader.bin',
      'esp32c3/merged.bin',
      'esp32c3/partition-table.bin',
      'new.bin',
      'twin.wasm',
    ]);
  });
});
