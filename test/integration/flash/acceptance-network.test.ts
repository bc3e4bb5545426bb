/*
 * What goes wrong after a board is flashed: networks that it does not hear or may not join, brokers that it does not reach, a cable that is pulled.
 * As in acceptance.test.ts each case ends in its code and a sentence, leaves nothing half-registered, and a retry works once its cause is mended.
 * The cases wait for deadlines of the product, so they run at the same time, each on a port of its own.
 */
import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SetupJob } from '../../../src/shared/api/commissioning';
import type { JobErrorCode } from '../../../src/shared/domain/job-errors';
import { FaultProxy } from '../../fakes/fault-proxy';
import { FlashDesk, noTraces } from '../../fakes/flash-desk';
import { findFreePort } from '../../fakes/free-port';
import { plainConnection, type MqttLogin } from '../../fakes/mqtt-observer';
import { RadioApp, type HeardNetwork } from '../../fakes/virtual-esp/radio-app';
import { seededRandom } from '../../fakes/random';
import type { PluggedBoard } from '../../fakes/virtual-esp/plugged-board';
import { ptySkipReason } from '../../fakes/virtual-esp/pty-port';
import { must } from '../../fakes/wait';

const skipReason = ptySkipReason();
if (skipReason !== undefined) console.warn(`Skipped, acceptance of provisioning over a pty: ${skipReason}`);
const plant: HeardNetwork = { ssid: 'plant', password: 'tomatoes', rssiDbm: -61 };
const office: HeardNetwork = { ssid: 'office', password: 'printers', rssiDbm: -70 };
const ports = { password: 0, network: 1, consoleSide: 2, deviceSide: 3, cable: 4, again: 5, cancel: 6 };

describe.skipIf(skipReason !== undefined)('Provisioning that fails', { concurrent: true }, () => {
  let desk: FlashDesk;

  beforeAll(async () => {
    desk = await FlashDesk.open(Object.keys(ports).length);
  });
  afterAll(() => desk[Symbol.asyncDispose]());

  /** A flashed board that hears these networks. */
  async function plug(index: number, networks: readonly HeardNetwork[] = [plant, office]) {
    let radio: RadioApp | undefined;
    const plugged = await desk.plug(index, { isFlashed: true, wrap: (firmware) => (radio = new RadioApp(firmware, networks)) }); // prettier-ignore
    return { plugged, radio: must(radio, 'a radio') };
  }

  const withPassword = (password: string) => ({ settings: desk.settings({ wifi: { ssid: plant.ssid, password } }) });
  const withBroker = (port: number) => ({ settings: desk.settings({ broker: { host: '127.0.0.1', port } }) });

  async function expectFailed(
    plugged: PluggedBoard,
    job: SetupJob,
    code: JobErrorCode,
    sentence: RegExp,
  ): Promise<void> {
    expect(job.error?.message).toMatch(sentence);
    expect([job.state, job.error?.code, job.flash?.state]).toEqual(['failed', code, 'done']);
    expect(await desk.traces(plugged)).toEqual(noTraces);
  }

  async function expectDone(plugged: PluggedBoard, retried: SetupJob): Promise<void> {
    const job = await desk.ended(plugged, retried);
    expect(job.error).toBeUndefined();
    expect(job.state).toBe('done');
    expect(await desk.traces(plugged)).toEqual({ ...noTraces, hasAccount: true, approval: 'approved' });
  }

  test('a wrong Wi-Fi password: with the right one the board is set up', async () => {
    const { plugged } = await plug(ports.password);
    const job = await desk.setUp(plugged, withPassword('potatoes'));
    await expectFailed(
      plugged,
      job,
      'wifi_not_joined',
      /could not join the network plant \(-61 dBm\)\. Check the password/,
    );
    expect(JSON.stringify(job)).not.toContain('potatoes');
    await expectDone(plugged, await desk.start(plugged, withPassword(plant.password)));
  });

  test('a network that the board does not hear: once it does, a retry works', async () => {
    const { plugged, radio } = await plug(ports.network, [office]);
    const job = await desk.setUp(plugged);
    await expectFailed(
      plugged,
      job,
      'wifi_not_found',
      /does not hear the network plant\. It hears office\. Check the name/,
    );
    radio.networks = [office, plant];
    await expectDone(plugged, await desk.retry(job));
  });

  test('a broker that the console does not reach: once it listens, a retry works', async () => {
    const { plugged, radio } = await plug(ports.consoleSide);
    const port = await findFreePort();
    const job = await desk.setUp(plugged, withBroker(port));
    await expectFailed(plugged, job, 'broker_unreachable', new RegExp(`cannot reach the broker 127.0.0.1:${port}, because .*Check address`)); // prettier-ignore
    expect(radio.login).toBeNull(); // nothing was told to the device
    await using _way = await FaultProxy.start({ targetPort: desk.brokerPort, random: seededRandom(1), port });
    await expectDone(plugged, await desk.retry(job));
  });

  test('a broker that the device does not reach: once the way is open, a retry works', async () => {
    const { plugged } = await plug(ports.deviceSide);
    await using way = await FaultProxy.start({ targetPort: desk.brokerPort, random: seededRandom(2) });
    way.strike('up', { isSwallowing: true });
    const job = await desk.setUp(plugged, withBroker(way.port));
    await expectFailed(plugged, job, 'broker_not_reached', /is in the network with the address .* but is not connected to the broker .*Check that/); // prettier-ignore
    way.calm();
    way.cut('rst');
    await expectDone(plugged, await desk.retry(job));
  });

  test('a cable that is pulled while the board joins: put in again, a retry works', async () => {
    const { plugged, radio } = await plug(ports.cable);
    radio.onJoin = () => plugged.board.unplug();
    const job = await desk.setUp(plugged);
    await desk.present(plugged.path, false);
    await expectFailed(plugged, job, 'port_vanished', /[Pp]lug .* in/);
    radio.onJoin = () => undefined;
    await desk.plugIn(plugged);
    await expectDone(plugged, await desk.retry(job));
  });

  test('a setup that is cancelled while the board joins: a retry works', async () => {
    const { plugged, radio } = await plug(ports.cancel);
    // The access point does not answer; the firmware itself would try for 30 s.
    radio.onJoin = () => plugged.app.world({ network: 'down' });
    const started = await desk.start(plugged);
    const job = await desk.ended(plugged, started, ({ provisioning, finishedAt }) => {
      // The access point may go a moment after the firmware has joined: then it tries to reach the broker.
      const joining: readonly string[] = ['wifi', 'broker_login'];
      const isJoining =
        provisioning?.steps.some(({ id, state }) => joining.includes(id) && state === 'running') ?? false;
      if (isJoining && radio.login && finishedAt === undefined) return desk.client.call('POST', `/setups/${started.id}/cancel`, {}); // prettier-ignore
      return undefined;
    });
    expect(job.error?.message).toMatch(/cancelled.*was taken back.*Set it up again/);
    expect([job.state, job.error?.code]).toEqual(['cancelled', 'cancelled']);
    expect(await desk.traces(plugged)).toEqual(noTraces);
    radio.onJoin = () => plugged.app.world({ network: 'up' });
    await expectDone(plugged, await desk.retry(job));
  });

  test('a device of the plant that is set up again in vain keeps its place and its login', async () => {
    const { plugged, radio } = await plug(ports.again);
    await expectDone(plugged, await desk.start(plugged, { settings: desk.settings({ name: 'Pump' }) }));
    const before = must(radio.login, 'the login of the first time');
    const job = await desk.setUp(plugged, withPassword('potatoes'));
    expect(job.error?.code).toBe('wifi_not_joined');
    expect(await desk.traces(plugged)).toEqual({ ...noTraces, hasAccount: true, approval: 'approved' });
    expect(await desk.client.device(plugged.deviceId)).toMatchObject({ name: 'Pump', approval: 'approved' });
    expect([await isTaken(before), await isTaken(must(radio.login, 'the login of the second time'))]).toEqual([
      true,
      false,
    ]);
    await expectDone(plugged, await desk.start(plugged));
  });

  /** Whether the broker lets somebody in with this login. */
  async function isTaken(login: MqttLogin): Promise<boolean> {
    try {
      const client = await connectAsync(desk.stage.brokerUrl, { ...plainConnection(login), clientId: `probe-${login.username}` }, false); // prettier-ignore
      await client.endAsync(true);
      return true;
    } catch {
      return false;
    }
  }
});
