/*
 * Our real firmware as a native program, blank, on a pty behind the real serial driver: it is provisioned over the cable, or by the settings
 * partition that its own code has written, and comes to a real broker and the real rooms.
 */
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { deviceIdSchema, zoneIdSchema } from '../../../src/shared/domain/ids';
import { provisioningSettingsSchema, type ProvisioningJob } from '../../../src/shared/api/provisioning';
import { FirmwareNode } from '../../fakes/firmware-node';
import { openTempDir } from '../../fakes/temp-dir';
import { must, until, withDeadline } from '../../fakes/wait';
import { ProvisioningConsole } from './provisioning-console';

const macId = 'ESP_0A1B2C';
const deviceId = deviceIdSchema.parse(macId);
const deadlineMs = 50_000;

async function openScene() {
  const folder = await openTempDir('provisioning');
  const serial = join(folder.path, 'tty');
  const flash = join(folder.path, 'flash.bin');
  const launch = (): FirmwareNode =>
    FirmwareNode.launch({ id: macId, board: 'esp32c3', flash, isManualClock: false, serial });
  const settings = (port: number, change: Record<string, unknown> = {}) =>
    provisioningSettingsSchema.parse({
      wifi: { ssid: 'host', password: 'tomatoes' },
      broker: { host: '127.0.0.1', port },
      name: 'Tent 1 air',
      zoneId: 'tent_1',
      stopToken: 'stop-me-please',
      ...change,
    });
  return { folder, serial, flash, launch, settings };
}

const stepsOf = ({ steps }: ProvisioningJob): string[] => steps.map(({ id, state }) => `${id} ${state}`);

/** What the console and its broker hold of the device. */
function standingOf({ services, accounts }: ProvisioningConsole, id: string) {
  const device = services.registry.get(deviceIdSchema.parse(id));
  return {
    name: device?.name,
    approval: device?.approval,
    presence: device?.presence.state,
    zone: device?.zone.confirmed,
    accounts: accounts.list().map(({ username }) => username),
    tokens: services.tokens.view().devices,
  };
}

describe('our firmware on a cable', () => {
  it('is scanned, provisioned under another id, and provisioned again', async () => {
    const { folder, serial, launch, settings } = await openScene();
    await using _folder = folder;
    await using _node = launch();
    await until(() => existsSync(serial), deadlineMs, 'the pty');
    await using console_ = await ProvisioningConsole.start(folder.path, serial);
    const { provisioning, services, brokerPort } = console_;
    services.zones.put({ id: zoneIdSchema.parse('tent_1'), name: 'Tent 1', masterZoneId: undefined }, 'user:anna');

    expect(await withDeadline(provisioning.scan(serial), deadlineMs, 'the scan')).toEqual({
      ok: true,
      value: {
        firmware: { name: 'Leitstand', version: expect.any(String) as string, chip: 'ESP32-C3' },
        deviceId,
        networks: [], // a program hears none
      },
    });

    const renamed = settings(brokerPort, { deviceId: 'ESP_TENT' });
    for (const identity of ['done', 'skipped']) {
      const started = provisioning.start(serial, renamed, 'user:anna');
      const { id } = must(started.ok ? started.value : null, 'a job');
      const job = await withDeadline(provisioning.whenEnded(id), deadlineMs, 'the job');
      expect(job.error).toBeUndefined();
      expect(stepsOf(job)).toEqual(['hello done', 'broker_check skipped', 'account done', `identity ${identity}`, 'broker done', 'token done', 'wifi done', 'broker_login done', 'seen done', 'adopt done', 'zone done']); // prettier-ignore
      expect(standingOf(console_, 'ESP_TENT')).toEqual({
        name: 'Tent 1 air',
        approval: 'approved',
        presence: 'online',
        zone: 'tent_1',
        accounts: ['ESP_TENT'],
        tokens: ['ESP_TENT'],
      });
    }
    expect(services.registry.get(deviceId)).toBeUndefined();
  });

  it('without TLS says so, and leaves no account', async () => {
    const { folder, serial, launch, settings } = await openScene();
    await using _folder = folder;
    await using _node = launch();
    await until(() => existsSync(serial), deadlineMs, 'the pty');
    await using console_ = await ProvisioningConsole.start(folder.path, serial);
    const { provisioning, brokerPort } = console_;
    const broker = { host: '127.0.0.1', port: brokerPort, tls: true };
    const started = provisioning.start(serial, settings(brokerPort, { broker, zoneId: undefined }), 'user:anna');
    const { id } = must(started.ok ? started.value : null, 'a job');
    const job = await withDeadline(provisioning.whenEnded(id), deadlineMs, 'the job');
    expect([job.error?.code, console_.accounts.list()]).toEqual(['broker_tls_unsupported', []]);
  });
});

describe('a cable that is pulled', () => {
  it('while the device joins its network ends the job, makes the earlier login valid again, and a retry works', async () => {
    const { folder, serial, launch, settings } = await openScene();
    await using _folder = folder;
    await using node = launch();
    await until(() => existsSync(serial), deadlineMs, 'the pty');
    await using console_ = await ProvisioningConsole.start(folder.path, serial);
    const { provisioning, accounts, brokerPort } = console_;
    const earlier = await accounts.create({ role: 'device', deviceId });
    const { password } = must(earlier.ok ? earlier.value : null, 'the earlier login');
    const wanted = settings(brokerPort, { zoneId: undefined });
    node.world({ network: 'down' });
    const begun = provisioning.start(serial, wanted, 'user:anna');
    const { id } = must(begun.ok ? begun.value : null, 'a job');
    const stateOfWifi = () => {
      const job = provisioning.job(id);
      return job.ok ? job.value.steps.find((step) => step.id === 'wifi')?.state : undefined;
    };
    await until(() => stateOfWifi() === 'running', deadlineMs, 'the join');
    expect(await accounts.verify(macId, password)).toBeNull();
    await node.kill9();
    const pulled = await withDeadline(provisioning.whenEnded(id), deadlineMs, 'the end of the job');
    expect([pulled.state, pulled.error?.code]).toEqual(['failed', 'port_vanished']);
    expect(await accounts.verify(macId, password)).toEqual({ role: 'device', username: macId, deviceId });

    await rm(serial, { force: true });
    await using _again = launch();
    await until(() => existsSync(serial), deadlineMs, 'the pty after it was plugged in');
    await until(() => console_.services.flash.ports.list().ports.some(({ path, isPresent }) => path === serial && isPresent), deadlineMs, 'the port'); // prettier-ignore
    const retried = provisioning.start(serial, wanted, 'user:anna');
    const job = await withDeadline(provisioning.whenEnded(must(retried.ok ? retried.value : null, 'a job').id), deadlineMs, 'the retry'); // prettier-ignore
    expect([job.error, job.state]).toEqual([undefined, 'done']);
  });
});

describe('our firmware with its settings in flash', () => {
  it('comes by itself and is adopted', async () => {
    const { folder, serial, flash, launch, settings } = await openScene();
    await using _folder = folder;
    await using console_ = await ProvisioningConsole.start(folder.path, serial);
    const { provisioning, services, brokerPort } = console_;
    services.zones.put({ id: zoneIdSchema.parse('tent_1'), name: 'Tent 1', masterZoneId: undefined }, 'user:anna');
    const wanted = settings(brokerPort);
    const prepared = await provisioning.prepare(
      wanted,
      { chip: 'ESP32-C3', chipId: 'esp32c3', revision: 'v0.4', mac: '02:00:00:0a:1b:2c', flashSizeBytes: 4_194_304, security: null, deviceId },
      'user:anna',
    ); // prettier-ignore
    const ready = must(prepared.ok ? prepared.value : null, 'settings');
    await writeFile(flash, ready.partition);
    await using _node = launch();
    const { id } = provisioning.awaitArrival(wanted, ready, 'user:anna');
    const job = await withDeadline(provisioning.whenEnded(id), deadlineMs, 'the job');
    expect(job.error).toBeUndefined();
    expect(stepsOf(job).slice(-4)).toEqual(['broker_login done', 'seen done', 'adopt done', 'zone done']);
    expect(standingOf(console_, macId)).toEqual({
      name: 'Tent 1 air',
      approval: 'approved',
      presence: 'online',
      zone: 'tent_1',
      accounts: [macId],
      tokens: [macId],
    });
  });
});
