/*
 * From a blank board to a device of the plant, through the console's HTTP interface alone: the bundled image into a virtual ROM on a real pty, read
 * back, then the real firmware on the same port, provisioned, heard, adopted, named and placed.
 */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Certificate, Label, SetupJob } from '../../../src/shared/api/commissioning';
import type { FlashImage } from '../../../src/shared/api/flash';
import type { DeviceAnswer, EventAnswer, Page } from '../../fakes/console-answers';
import { makeFlash, makeProgram, makeTable } from '../../fakes/esp-image';
import { FlashDesk } from '../../fakes/flash-desk';
import { matching } from '../../fakes/message-log';
import { plainConnection } from '../../fakes/mqtt-observer';
import { RadioApp } from '../../fakes/virtual-esp/radio-app';
import { openTempDir } from '../../fakes/temp-dir';
import { bundledParts, type PluggedBoard } from '../../fakes/virtual-esp/plugged-board';
import { ptySkipReason } from '../../fakes/virtual-esp/pty-port';
import { seededBytes } from '../../fakes/flash-image';
import { must } from '../../fakes/wait';

const skipReason = ptySkipReason();
if (skipReason !== undefined) console.warn(`Skipped, the full chain over a pty: ${skipReason}`);
const plant = { ssid: 'plant', password: 'tomatoes', rssiDbm: -58 };
const ports = { cable: 0, partition: 1, auto: 2, classic: 3, backup: 4 };
const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');
const stepsOf = ({ provisioning }: SetupJob): string[] =>
  must(provisioning, 'a provisioning job').steps.map(({ id, state }) => `${id} ${state}`);

describe.skipIf(skipReason !== undefined)('From a blank board to a device of the plant', () => {
  let desk: FlashDesk;

  beforeAll(async () => {
    desk = await FlashDesk.open(Object.keys(ports).length);
    await desk.client.call('PUT', '/zones/bed', { name: 'Bed' });
  });
  afterAll(() => desk[Symbol.asyncDispose]());

  /** What the console says of a device that has arrived, without what differs from run to run. */
  const standing = async (id: string): Promise<Partial<DeviceAnswer>> => {
    const { name, approval, presence, zone } = await desk.client.device(id);
    return { name, approval, presence, zone };
  };

  const inBed = (name: string) => ({
    name,
    approval: 'approved',
    presence: 'online',
    zone: { desired: 'bed', confirmed: 'bed', state: 'confirmed' },
  });

  const eventsOf = async (kind: string): Promise<readonly EventAnswer[]> =>
    (await desk.client.call<Page<EventAnswer>>('GET', `/events?kind=${kind}`)).items;

  /** What lies in the flash at the image's parts, by the sums of the manifest. */
  const expectFlashed = async ({ board }: PluggedBoard): Promise<void> => {
    const parts = await bundledParts(board.chip);
    expect(parts).toHaveLength(3);
    expect(
      parts.map(({ name, address, data }) => [name, md5(board.flash.subarray(address, address + data.length))]),
    ).toEqual(parts.map((part) => [part.name, part.md5]));
    expect(board.stats.badPrograms).toBe(0);
  };

  test('over the cable: flashed, proved, provisioned, adopted, named, placed and certified', async () => {
    let radio: RadioApp | undefined;
    const plugged = await desk.plug(ports.cable, { wrap: (firmware) => (radio = new RadioApp(firmware, [plant])) });
    const { deviceId, board } = plugged;
    const job = await desk.setUp(plugged, { settings: desk.settings({ name: 'Pump 1', zoneId: 'bed' }) });
    expect(job.error).toBeUndefined();
    expect(job).toMatchObject({ state: 'done', deviceId, name: 'Pump 1', zoneId: 'bed', by: 'user:script' });
    expect(stepsOf(job)).toEqual(['hello done', 'broker_check skipped', 'account done', 'identity skipped', 'broker done', 'token skipped', 'wifi done', 'broker_login done', 'seen done', 'adopt done', 'zone done']); // prettier-ignore
    const parts = await bundledParts('esp32c3');
    expect(job.flash?.parts).toEqual(
      parts.map(({ name, address, data, md5: sum }) => ({ name, address, size: data.length, md5: sum, verified: true, skipped: false, writtenBytes: data.length })),
    ); // prettier-ignore
    await expectFlashed(plugged);
    expect(await standing(deviceId)).toEqual(inBed('Pump 1'));

    const { items } = await desk.client.call<Page<Certificate>>('GET', `/certificates?deviceId=${deviceId}`);
    const { image } = await bundledImage('esp32c3');
    expect(items).toEqual([
      {
        id: job.certificateId,
        at: expect.any(String) as string,
        operator: 'user:script',
        port: plugged.path,
        chip: 'ESP32-C3',
        mac: board.mac,
        flashSizeBytes: board.flash.length,
        imageName: image.name,
        imageSha256: image.sha256,
        firmware: expect.stringContaining(image.firmware?.version ?? 'a version') as string,
        parts: parts.map(({ name, address, data, md5: sum }) => ({ name, address, sizeBytes: data.length, md5: sum, result: 'written' })), // prettier-ignore
        deviceId,
        name: 'Pump 1',
        zoneId: 'bed',
        replaces: null,
        result: 'passed',
        error: null,
        durationS: expect.any(Number) as number,
      },
    ]);
    const label = await desk.client.call<Label>('GET', `/devices/${deviceId}/label`);
    expect(label).toMatchObject({ code: `leitstand:${deviceId}`, svg: expect.stringContaining('<svg') as string });
    expect(label.lines.slice(0, 4)).toEqual(['Pump 1', deviceId, 'Bed', board.mac]);
    for (const kind of ['flash.done', 'provisioning.done', 'device.approved', 'zone.confirmed', 'certificate.issued', 'setup.done'])
      expect((await eventsOf(kind)).map((event) => event.deviceId), kind).toEqual([deviceId]); // prettier-ignore
    await expectNarrow(plugged, must(radio, 'the radio'));
  });

  async function bundledImage(chip: string): Promise<{ readonly image: FlashImage }> {
    const images = await desk.client.call<readonly FlashImage[]>('GET', '/flash/images');
    return {
      image: must(
        images.find(({ id }) => id === `bundled:${chip}`),
        `the bundled image for ${chip}`,
      ),
    };
  }

  /** The device's account opens its own topics and no others; the board is unplugged for it. */
  async function expectNarrow(plugged: PluggedBoard, { login }: RadioApp): Promise<void> {
    const { username, password } = must(login, 'the login that the device was told');
    expect(username).toBe(plugged.deviceId);
    expect(await desk.client.call('GET', '/broker/accounts')).toContainEqual(expect.objectContaining({ username, role: 'device' })); // prettier-ignore
    await plugged.unplug();
    const device = await connectAsync(
      desk.stage.brokerUrl,
      { ...plainConnection({ username, password }), clientId: username },
      false,
    );
    try {
      const own = `kaiser/god/esp/${username}/sensor/4/data`;
      const foreign = 'kaiser/god/esp/ESP_FFFFFF/sensor/4/data';
      await device.subscribeAsync(`kaiser/god/esp/${username}/config`);
      await expect(device.subscribeAsync('kaiser/#')).rejects.toThrow();
      for (const topic of [foreign, own]) await device.publishAsync(topic, 'knock', { qos: 1 });
      await desk.stage.observer.waitFor(({ topic, payload }) => topic === own && payload.toString() === 'knock', 5_000);
      expect(desk.stage.observer.received.all(matching(foreign))).toEqual([]);
    } finally {
      await device.endAsync(true);
    }
  }

  test('with its settings in one piece with the image: nobody says a word on the cable', async () => {
    const plugged = await desk.plug(ports.partition);
    const job = await desk.setUp(plugged, { method: 'partition', settings: desk.settings({ name: 'Pump 2', zoneId: 'bed' }) }); // prettier-ignore
    expect(job.error).toBeUndefined();
    expect(stepsOf(job).slice(-4)).toEqual(['broker_login done', 'seen done', 'adopt done', 'zone done']);
    expect(job.provisioning?.port).toBeNull();
    await expectFlashed(plugged);
    expect(await standing(plugged.deviceId)).toEqual(inBed('Pump 2'));
    const cfg = must(
      job.flash?.parts.find(({ name }) => name === 'cfg'),
      'the settings partition',
    );
    expect(cfg).toMatchObject({ verified: true, skipped: false });
    const { items } = await desk.client.call<Page<Certificate>>('GET', `/certificates?deviceId=${plugged.deviceId}`);
    expect(items[0]?.parts.find(({ name }) => name === 'cfg')).toMatchObject({ md5: '', result: 'written' });
    const said = JSON.stringify([job, items, await desk.client.call('GET', '/events')]);
    expect(said).not.toContain(plant.password);
  });

  test('a C6 gets its own image, and the same image again writes nothing and is proved all the same', async () => {
    const plugged = await desk.plug(ports.auto, { chip: 'esp32c6' });
    const job = await desk.setUp(plugged, { settings: desk.settings({ name: 'Pump 3' }) });
    expect(job.error).toBeUndefined();
    expect(job).toMatchObject({ state: 'done', flash: { imageId: 'bundled:esp32c6', chip: 'ESP32-C6' } });
    await expectFlashed(plugged);
    expect(await standing(plugged.deviceId)).toMatchObject({
      name: 'Pump 3',
      approval: 'approved',
      presence: 'online',
    });

    const written = plugged.board.stats.programmedBytes;
    const again = await desk.flashed(plugged, '/flash/jobs', { imageId: 'bundled:esp32c6' });
    expect(again.error).toBeUndefined();
    expect(again.parts.map(({ verified, skipped, writtenBytes }) => ({ verified, skipped, writtenBytes }))).toEqual(
      [0, 1, 2].map(() => ({ verified: true, skipped: true, writtenBytes: 0 })),
    );
    expect(plugged.board.stats.programmedBytes).toBe(written);
    await desk.client.deviceWhen(plugged.deviceId, ({ presence }) => presence === 'online', 10_000);
  });

  test('a user’s image for a classic ESP32 is flashed by its path', async () => {
    await using folder = await openTempDir('image');
    const table = makeTable([
      ['nvs', 1, 2, 0x9000, 0x6000],
      ['factory', 0, 0, 0x10000, 0x100000],
    ]);
    const flash = makeFlash([
      [0x1000, makeProgram({ chipId: 0, descriptor: 'bootloader', segments: [9_000] })],
      [0x8000, table],
      [0x10000, makeProgram({ chipId: 0, version: '4.5.6', segments: [60_000, 3_000] })],
    ]);
    const path = join(folder.path, 'pump.bin');
    await writeFile(path, flash);
    const plugged = await desk.plug(ports.classic, { chip: 'esp32' });
    const job = await desk.flashed(plugged, '/flash/jobs', { path });
    expect(job.error).toBeUndefined();
    expect(job).toMatchObject({ state: 'done', chip: 'ESP32', firmware: { name: 'pump-node', version: '4.5.6' } });
    for (const { address, size, md5: sum, verified } of job.parts)
      expect([verified, md5(plugged.board.flash.subarray(address, address + size))]).toEqual([true, sum]);
    const ends = [0x1000, 0x8000, 0x10000].map((at) => plugged.board.flash.subarray(at, at + 64));
    expect(ends).toEqual([0x1000, 0x8000, 0x10000].map((at) => flash.subarray(at, at + 64)));
  });

  test('a backup of the whole flash, settings included, is restored to an erased board byte for byte', async () => {
    const plugged = await desk.plug(ports.backup, { isFlashed: true, start: 'download' });
    const { board } = plugged;
    seededBytes(0x6000, 6).copy(board.flash, 0x9000);
    const before = Buffer.from(board.flash);
    const backup = await desk.flashed(plugged, '/flash/backups', {});
    expect(backup).toMatchObject({ state: 'done', kind: 'backup', bytesWritten: before.length, bytesTotal: before.length }); // prettier-ignore
    const images = await desk.client.call<readonly FlashImage[]>('GET', '/flash/images');
    const kept = must(
      images.find(({ kind }) => kind === 'backup'),
      'the backup',
    );
    expect(kept).toMatchObject({ path: backup.file, sizeBytes: before.length, parts: [{ address: 0, md5: md5(before) }] }); // prettier-ignore

    board.flash.fill(0xff);
    const restored = await desk.flashed(plugged, '/flash/jobs', { imageId: kept.id });
    expect(restored.error).toBeUndefined();
    expect(restored).toMatchObject({ state: 'done', parts: [{ verified: true }] });
    expect(Buffer.compare(board.flash, before)).toBe(0);
    expect(await desk.client.call('DELETE', `/flash/images/${encodeURIComponent(kept.id)}`)).toEqual({ removed: true });
  });
});
