/*
 * A way through every screen and every dialog, for the tests that look at all of them: language, layout, accessibility, silence. The plant
 * behind it has something of everything: a live device with history, a lost one, a pending one, a rejected one, warnings, a configuration.
 */
import { expect, type Locator, type Page } from '@playwright/test';
import type { FlashImage, FlashJob } from '../../../src/shared/api/flash';
import { makeFlash, makeProgram, makeTable } from '../../fakes/esp-image';
import { matching } from '../../fakes/message-log';
import type { ScriptedDevice } from '../../fakes/scripted-device';
import { Stage } from '../../fakes/stage';
import { ptySkipReason } from '../../fakes/virtual-esp/pty-port';
import { until } from '../../fakes/wait';
import { Boards, portWhen } from './boards';
import { actuatorKey } from './console-page';
import { placeDevice, rawOfFault, relayPin } from './plant';
import { pattern, text, type Language } from './texts';

export const dimmerPin = 19;
const deadlineMs = 5_000;
const benchDeadlineMs = 20_000;

export type Tour = {
  readonly stage: Stage;
  readonly pump: ScriptedDevice;
  readonly lost: ScriptedDevice;
  readonly pending: ScriptedDevice;
  readonly boards: Boards | null;
};

export type Place = { readonly name: string; readonly hash: string };
export type DialogPlace = Place & { readonly opener: (page: Page) => Locator };

/** Names are neither English nor German, so that no test takes one for a text of the page. */
export const names = { pump: 'Xanadu 3', lost: 'Xanadu 4', bed: 'Quito', nursery: 'Lima' };

/** The plant with something of everything, on the console's own broker, and a board on a port. All of it goes with `kept`. */
export async function openTour(kept: AsyncDisposableStack): Promise<Tour> {
  // Where there are no ptys, the pages of commissioning are looked at without a board.
  const boards = ptySkipReason() === undefined ? kept.use(await Boards.make({})) : null;
  const stage = kept.use(await Stage.open('embedded', {}, { serialPorts: boards?.paths ?? [] }));
  const pump = await placeDevice(stage, { name: names.pump, zoneId: 'quito', zoneName: names.bed });
  const lost = await placeDevice(stage, { name: names.lost, zoneId: 'lima', zoneName: names.nursery });
  await configure(stage, pump);
  await pump.actuator(dimmerPin, { type: 'pwm', pwm: 128, state: true });
  await stage.actuatorWhenKnown(pump, dimmerPin);
  const { commandId } = await stage.client.sendCommand(pump.id, relayPin, { command: 'ON' });
  await stage.client.commandWhen(commandId, ['applied']);
  await pump.publish('sensor/4/data', 'xanadu');
  await pump.sensor(5, 'ds18b20', rawOfFault);
  const pending = await stage.pendingDevice();
  const rejected = await stage.pendingDevice();
  await stage.client.call('POST', `/devices/${rejected.id}/reject`, {});
  await stage.settle(pump);
  await lost.vanish();
  await stage.client.deviceWhen(lost.id, ({ presence }) => presence === 'offline');
  if (boards) await failOnBench(stage, boards);
  return { stage, pump, lost, pending, boards };
}

async function configure(stage: Stage, device: ScriptedDevice): Promise<void> {
  const sensor = { gpio: 4, sensor_type: 'ds18b20', sensor_name: 'Xanadu 5', measurement_interval_seconds: 30 };
  const actuators = [
    { gpio: relayPin, actuator_type: 'relay', actuator_name: 'Xanadu 6' },
    { gpio: dimmerPin, actuator_type: 'pwm', actuator_name: 'Xanadu 7' },
  ];
  await stage.client.call('PUT', `/devices/${device.id}/config`, { sensors: [sensor], actuators, offlineRules: [] });
  await device.waitFor(matching(`${device.prefix}/config`), deadlineMs);
  const subzone = { name: 'Xanadu 9', gpios: [4] };
  await stage.client.call('PUT', `/devices/${device.id}/subzones/xanadu_9`, subzone);
  await stage.client.call('POST', `/devices/${device.id}/system`, { command: 'status' });
}

/** A small image whose writing cannot be proved: a row that failed, its certificate, and a job among the images. */
async function failOnBench(stage: Stage, boards: Boards): Promise<void> {
  const { client } = stage;
  const { path, chip } = boards.board(0);
  const data = makeFlash([
    [0, makeProgram({ descriptor: 'bootloader' })],
    [0x8000, makeTable([['factory', 0, 0, 0x10000, 0x10000]])],
    [0x10000, makeProgram()],
  ]);
  const piece = { name: 'xanadu.bin', offset: 0, totalBytes: data.length, dataBase64: data.toString('base64') };
  const { image } = await client.call<{ readonly image: FlashImage }>('POST', '/flash/images', piece);
  chip.faults.wrongMd5 = true;
  await boards.plugInAll();
  await portWhen(client, path, true);
  // At the lowest speed there is none to fall back to.
  const options = { baud: 115_200 };
  const template = { imageId: image.id, options, naming: 'Xanadu {n:3}', nextNumber: 10, settings: null };
  await client.call('PUT', '/bench/template', template);
  await client.call('PUT', '/bench/queue', { queue: [{ name: 'Xanadu 11' }, { name: 'Xanadu 12', zoneId: 'quito' }] });
  await client.call('POST', '/bench/start', { ports: [path] });
  const isCertified = async () => {
    const { items } = await client.call<{ readonly items: readonly unknown[] }>('GET', '/certificates');
    if (items.length === 0) throw new Error(JSON.stringify(await client.call('GET', '/setups')));
    return true;
  };
  await until(isCertified, benchDeadlineMs, 'the certificate of a board that failed');
  // A loader that was left behind talks at another speed; after its start the chip may be asked again.
  chip.pressReset();
  await client.call('POST', '/flash/jobs', { port: path, imageId: 'bundled:esp32c6' });
  const hasEnded = async () => (await client.call<readonly FlashJob[]>('GET', '/flash/jobs'))[0]?.state === 'failed';
  await until(hasEnded, benchDeadlineMs, 'the end of a flash job');
  chip.pressReset();
}

/** A stop of the lost device's zone and, before it, one that was cleared. */
export async function addStops({ stage }: Tour): Promise<void> {
  const zoneStop = { scope: { kind: 'zone', zoneId: 'quito' }, reason: 'Xanadu 8' };
  const past = await stage.client.call<{ readonly id: string }>('POST', '/stop', zoneStop);
  await expect
    .poll(async () => (await stage.client.api('POST', `/stop/${past.id}/clear`, {})).status, { timeout: 10_000 })
    .toBe(200);
  await stage.client.call('POST', '/stop', { scope: { kind: 'zone', zoneId: 'lima' } });
}

/** Every screen, with content and without. */
export function screens({ pump, lost, pending }: Tour): readonly Place[] {
  return [
    { name: 'plant', hash: '#/plant' },
    { name: 'zone', hash: '#/zone/quito' },
    { name: 'zone of a lost device', hash: '#/zone/lima' },
    { name: 'zone that is not there', hash: '#/zone/nowhere' },
    { name: 'devices', hash: '#/devices' },
    { name: 'device', hash: `#/devices/${pump.id}` },
    { name: 'lost device', hash: `#/devices/${lost.id}` },
    { name: 'pending device', hash: `#/devices/${pending.id}` },
    { name: 'device that is not there', hash: '#/devices/ESP_000000' },
    { name: 'stop', hash: '#/stop' },
    { name: 'journal', hash: '#/journal' },
    { name: 'commands', hash: '#/commands' },
    { name: 'settings', hash: '#/settings' },
    { name: 'setup', hash: '#/commissioning/setup' },
    { name: 'setup in place of a dead device', hash: `#/commissioning/setup/${lost.id}` },
    { name: 'bench', hash: '#/commissioning/bench' },
    { name: 'serial monitor', hash: '#/commissioning/monitor' },
    { name: 'images', hash: '#/commissioning/images' },
    { name: 'certificates', hash: '#/commissioning/certificates' },
  ];
}

/** Every dialog that opens without a stop, with what opens it. */
export function dialogs({ pump, pending }: Tour, language: Language = 'en'): readonly DialogPlace[] {
  const button =
    (key: string, values = {}) =>
    (page: Page) =>
      page.getByRole('button', { name: text(key, values, language), exact: true }).first();
  const maintenance = (key: string) => (page: Page) =>
    page.getByRole('button', { name: new RegExp(`^${text(key, {}, language)} …$`, 'i') });
  const faceplateOf = (name: string) => (page: Page) => actuatorKey(page, name);
  const device = `#/devices/${pump.id}`;
  return [
    {
      name: 'what is abnormal',
      hash: '#/plant',
      opener: (page) => page.getByRole('button', { name: pattern('alarm.more_other', {}, language) }),
    },
    { name: 'faceplate', hash: '#/zone/quito', opener: faceplateOf('Xanadu 6') },
    { name: 'faceplate of a dimmer', hash: '#/zone/quito', opener: faceplateOf('Xanadu 7') },
    { name: 'approve', hash: '#/devices', opener: button('devices:pending.approveName', { name: pending.id }) },
    { name: 'reject', hash: '#/devices', opener: button('devices:pending.rejectName', { name: pending.id }) },
    { name: 'assign a zone', hash: '#/devices', opener: button('devices:table.assignZoneName', { name: names.pump }) },
    { name: 'zones', hash: '#/devices', opener: button('devices:toolbar.zones') },
    { name: 'forget', hash: device, opener: button('devices:device.forget') },
    { name: 'configuration', hash: device, opener: button('devices:editor.open') },
    { name: 'subzone', hash: device, opener: button('devices:subzones.add') },
    { name: 'stop token', hash: device, opener: button('devices:maintenance.token') },
    { name: 'factory reset', hash: device, opener: maintenance('commands:system.factory_reset') },
    { name: 'what boards get', hash: '#/commissioning/bench', opener: button('bench:template.edit') },
    { name: 'names of boards', hash: '#/commissioning/bench', opener: button('bench:queue.edit') },
    { name: 'backup', hash: '#/commissioning/images', opener: button('bench:images.backUp') },
    {
      name: 'write an image',
      hash: '#/commissioning/images',
      opener: (page) => page.getByRole('button', { name: pattern('bench:images.writeOf', {}, language) }).first(),
    },
  ];
}

/** Needs `addStops`. */
export function clearDialog(language: Language = 'en'): DialogPlace {
  const opener = (page: Page) => page.getByRole('button', { name: text('stop:clear.button', {}, language) });
  return { name: 'clear a stop', hash: '#/stop', opener };
}

/** Waits until what was changed is drawn and nothing moves any more. */
export async function standStill(page: Page): Promise<void> {
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  await page.waitForFunction(() => document.getAnimations().length === 0);
}

export async function visit(page: Page, { hash }: Place): Promise<void> {
  await page.evaluate((target) => {
    window.location.hash = target;
  }, hash);
  // The screen itself, not the one before it: links of the rail and the frame follow the route at once.
  await expect(page.getByRole('main').locator('*').first()).toBeVisible();
  await standStill(page);
}

/** Opens the dialog and waits until it stands still. */
export async function openDialog(page: Page, place: DialogPlace): Promise<Locator> {
  await visit(page, place);
  const opener = place.opener(page);
  await expect(opener).not.toHaveAttribute('aria-disabled', 'true', { timeout: 10_000 });
  await opener.click();
  const dialog = page.locator('[role="dialog"], [role="alertdialog"]');
  await expect(dialog).toBeVisible();
  await standStill(page);
  return dialog;
}

export async function closeDialog(page: Page): Promise<void> {
  await page.keyboard.press('Escape');
  await expect(page.locator('[role="dialog"], [role="alertdialog"]')).toBeHidden();
}
