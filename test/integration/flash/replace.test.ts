/*
 * A device with a history dies, and a blank board takes its place: the whole of it through the console's HTTP interface, with the real firmware on
 * both boards.
 */
import { expect, test } from 'vitest';
import type { SetupJob } from '../../../src/shared/api/commissioning';
import type { DeviceView } from '../../../src/shared/api/devices';
import type { CalibrationView } from '../../../src/shared/api/calibration';
import type { EventAnswer, OperationAccepted, Page, Sample, SensorAnswer } from '../../fakes/console-answers';
import { romOf } from '../../fakes/firmware-config';
import { FlashDesk } from '../../fakes/flash-desk';
import type { PluggedBoard } from '../../fakes/virtual-esp/plugged-board';
import { ptySkipReason } from '../../fakes/virtual-esp/pty-port';
import { must, until } from '../../fakes/wait';

const skipReason = ptySkipReason();
if (skipReason !== undefined) console.warn(`Skipped, replacing a board on a pty: ${skipReason}`);

const soil = { gpio: 2, type: 'moisture' };
const air = { gpio: 7, type: 'ds18b20' };
const relay = 6;
const rom = romOf(1);
const configuration = {
  sensors: [
    { gpio: soil.gpio, sensor_type: soil.type, sensor_name: 'Soil', measurement_interval_seconds: 1 },
    { gpio: air.gpio, sensor_type: air.type, sensor_name: 'Air', measurement_interval_seconds: 1, onewire_address: rom },
  ],
  actuators: [{ gpio: relay, actuator_type: 'relay', actuator_name: 'Heater' }],
  offlineRules: [
    { actuator_gpio: relay, sensor_gpio: air.gpio, sensor_value_type: air.type, activate_below: 18, deactivate_above: 21 },
  ],
}; // prettier-ignore
const confirmed = { sensors: 'confirmed', actuators: 'confirmed', offlineRules: 'confirmed' };
const deadlineMs = 15_000;

/** A reading of the soil before and after: they tell the two boards apart. */
const soilCounts = { old: 2_000, blank: 2_600 };

test.skipIf(skipReason !== undefined)(
  'a blank board takes the place of a dead one, with everything that it had; the old one is never let in again',
  async () => {
    await using desk = await FlashDesk.open(2);
    const { client } = desk;
    await client.call('PUT', '/zones/tent', { name: 'Tent' });
    const old = await desk.plug(0, { isFlashed: true });
    const before = await live(desk, old);
    await old.unplug();
    await client.deviceWhen(old.deviceId, ({ presence }) => presence === 'offline', deadlineMs);

    const blank = await desk.plug(1);
    const job = await desk.setUp(blank, { replaces: old.deviceId });
    expect(job.error).toBeUndefined();
    expect(job).toMatchObject({ state: 'done', replaces: old.deviceId, deviceId: blank.deviceId, name: 'Tent air', zoneId: 'tent' }); // prettier-ignore
    sense(blank, soilCounts.blank);
    const now = await device(desk, blank.deviceId, (view) => view.config.state.offlineRules === 'confirmed');
    expect(now).toMatchObject({
      name: 'Tent air',
      notes: 'behind the fan',
      approval: 'approved',
      presence: 'online',
      zone: { desired: 'tent', confirmed: 'tent', state: 'confirmed' },
      config: { state: confirmed, confirmed: before.config.confirmed, failures: [] },
      replaces: [{ deviceId: old.deviceId, at: expect.any(String) as string }],
      replacedBy: null,
    });
    await expectHistory(desk, now, before.series);
    const { items } = await client.call<Page<EventAnswer>>('GET', '/events?kind=device.replaced');
    expect(items.map(({ deviceId }) => deviceId)).toEqual([blank.deviceId]);
    await expectRetired(desk, old, blank.deviceId);
    await expectRefused(desk, job);
  },
);

/** What hangs at the board: a probe in the soil and one in the air. */
function sense({ app }: PluggedBoard, counts: number): void {
  app.world({ analog: { [soil.gpio]: counts }, onewire: { [air.gpio]: [{ rom, celsius: 19.5 }] } });
}

const device = (desk: FlashDesk, id: string, fits: (view: DeviceView) => boolean): Promise<DeviceView> =>
  until(
    async () => {
      const view = await desk.client.call<DeviceView>('GET', `/devices/${id}`);
      if (!fits(view)) throw new Error(JSON.stringify(view.config));
      return view;
    },
    deadlineMs,
    `${id} to get there`,
  );

/** A device at work: configured, calibrated, with readings. */
async function live(desk: FlashDesk, old: PluggedBoard) {
  const { client } = desk;
  const id = old.deviceId;
  const job = await desk.setUp(old, { settings: desk.settings({ name: 'Tent air', zoneId: 'tent' }) });
  expect(job.error).toBeUndefined();
  await client.call('PATCH', `/devices/${id}`, { notes: 'behind the fan' });
  sense(old, soilCounts.old);
  const { operationId } = await client.call<OperationAccepted>('PUT', `/devices/${id}/config`, configuration);
  await client.operationWhen(operationId, 'confirmed', deadlineMs);
  const { seriesId } = await until(() => client.sensor(id, soil.gpio, soil.type), deadlineMs, 'a reading of the soil');
  const points = [
    { role: 'dry', raw: 3_000, reference: 0 },
    { role: 'wet', raw: 1_000, reference: 100 },
  ];
  await client.call('PUT', `/series/${seriesId}/calibration`, { method: 'moisture_2point', points });
  await client.reading(id, soil.gpio, soil.type, ({ value }) => value !== null && Math.abs(value - 50) < 1);
  await client.reading(id, air.gpio, air.type, ({ value }) => value === 19.5);
  const series = await client.call<readonly SensorAnswer[]>('GET', `/series?deviceId=${id}`);
  return { series, ...(await device(desk, id, ({ config }) => config.state.offlineRules === 'confirmed')) };
}

/** The series go on under the new id: with their calibration, and with samples on both sides of the seam. */
async function expectHistory(
  desk: FlashDesk,
  { id, replaces }: DeviceView,
  before: readonly SensorAnswer[],
): Promise<void> {
  const { client } = desk;
  const seamMs = Date.parse(must(replaces[0], 'a seam').at);
  await client.reading(id, soil.gpio, soil.type, ({ raw }) => raw !== null && Math.abs(raw - soilCounts.blank) < 50);
  const after = await client.call<readonly SensorAnswer[]>('GET', `/series?deviceId=${id}`);
  const ids = (list: readonly SensorAnswer[]): string[] => list.map(({ seriesId }) => String(seriesId)).toSorted();
  expect(ids(after)).toEqual(ids(before).map((one) => one.replace(replaces[0]?.deviceId ?? '', id)));
  const { seriesId } = must(after.find(({ type }) => type === soil.type), 'the soil'); // prettier-ignore
  expect(await client.call<CalibrationView>('GET', `/series/${seriesId}/calibration`)).toMatchObject({ method: 'moisture_2point', slope: -0.05, intercept: 150 }); // prettier-ignore
  const samples = await client.samples(seriesId, seamMs - 600_000, seamMs + 600_000);
  const near = (expected: number) => (sample: Sample) => sample.value !== null && Math.abs(sample.value - expected) < 2;
  const isBefore = ({ at }: Sample): boolean => Date.parse(at) < seamMs;
  expect(samples.filter((sample) => isBefore(sample) && near(50)(sample)).length).toBeGreaterThan(0);
  expect(samples.filter((sample) => !isBefore(sample) && near(20)(sample)).length).toBeGreaterThan(0);
}

/** The old board with its old login is turned away at the door; with a fresh one it is heard and stays retired. */
async function expectRetired(desk: FlashDesk, old: PluggedBoard, by: string): Promise<void> {
  const { client } = desk;
  const retired = { name: 'Tent air (replaced)', approval: 'rejected', replacedBy: { deviceId: by } };
  const accounts = async (): Promise<string[]> => (await client.call<readonly { readonly username: string }[]>('GET', '/broker/accounts')).map(({ username }) => username).toSorted(); // prettier-ignore
  expect(await accounts()).toEqual([by, 'observer'].toSorted());
  const refused = async (): Promise<number> => (await client.call<{ readonly embedded: { readonly refusedLogins: number } }>('GET', '/broker')).embedded.refusedLogins; // prettier-ignore
  const refusedBefore = await refused();
  await desk.plugIn(old);
  await until(async () => (await refused()) > refusedBefore, deadlineMs, 'the old board to be turned away');
  expect(await client.device(old.deviceId)).toMatchObject({ ...retired, presence: 'offline' });

  await old.unplug();
  const impostor = await desk.stage.connectDevice({ id: old.deviceId });
  await impostor.announce(9);
  await impostor.heartbeat();
  const seen = await device(desk, old.deviceId, ({ warnings }) => warnings.some(({ code }) => code === 'retired_seen'));
  expect(seen).toMatchObject(retired);
  expect(await client.call('GET', `/series?deviceId=${old.deviceId}`)).toEqual([]);
}

/** Nobody takes the same place twice. */
async function expectRefused(desk: FlashDesk, { id }: SetupJob): Promise<void> {
  const again = await desk.client.api('POST', `/setups/${id}/retry`, {});
  expect(again).toMatchObject({ status: 409, body: { error: { code: 'conflict', message: expect.stringContaining('was replaced already') as string } } }); // prettier-ignore
}
