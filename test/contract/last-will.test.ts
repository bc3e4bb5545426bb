import { expect, test } from 'vitest';
import { willPayload } from '../fakes/device-payloads';
import { matching } from '../fakes/message-log';
import { overBothBrokers } from '../fakes/over-both-brokers';
import type { Stage } from '../fakes/stage';
import { until } from '../fakes/wait';

const testDeadlineMs = 30_000;
const offlineDeadlineMs = 1_000;

/** Whether somebody who subscribes now is handed a last will of the device. */
async function hasRetainedWill(stage: Stage, prefix: string): Promise<boolean> {
  await using late = await stage.connectObserver();
  await late.waitFor((message) => message.retain && message.topic === 'kaiser/god/server/status', 2_000);
  await late.publish('kaiser/fence', {});
  await late.waitFor((message) => message.topic === 'kaiser/fence', 2_000);
  return (
    late.received.all((message) => message.topic === `${prefix}/system/will` && message.payload.length > 0).length > 0
  );
}

overBothBrokers('C. last will', (stage) => {
  test(
    'C1 a live will sets the device offline within 1 s and its actuator to unknown with the last state kept',
    { timeout: testDeadlineMs },
    async () => {
      const device = await stage().adoptWithActuator(18, { state: true, pwm: 255 });
      await until(
        async () => (await stage().client.actuator(device.id, 18))?.state === 'on',
        2_000,
        'the actuator to be shown as on',
      );
      const from = stage().observer.received.mark();

      await device.vanish();
      await stage().observer.waitFor(matching(`${device.prefix}/system/will`, { status: 'offline' }), 5_000, from);

      const offline = await stage().client.deviceWhen(
        device.id,
        ({ presence }) => presence === 'offline',
        offlineDeadlineMs,
      );
      expect(offline).toMatchObject({
        approval: 'approved',
        presence: 'offline',
        presenceReason: 'unexpected_disconnect',
      });
      const actuator = await stage().client.actuator(device.id, 18);
      expect(actuator).toMatchObject({ gpio: 18, state: 'unknown' });
      expect(JSON.stringify(actuator?.last)).toMatch(/\bon\b/i);
    },
  );

  test('a device that is back is not haunted by its retained will', { timeout: testDeadlineMs }, async () => {
    const device = await stage().adoptDevice();
    await device.vanish();
    await stage().client.deviceWhen(device.id, ({ presence }) => presence === 'offline');
    expect(await hasRetainedWill(stage(), device.prefix)).toBe(true);

    await stage().returnDevice(device.id);

    await until(async () => !(await hasRetainedWill(stage(), device.prefix)), 3_000, 'the retained will to be cleared');
    expect(await stage().client.device(device.id)).toMatchObject({ presence: 'online' });
  });

  test('C3 a will of an unknown device creates no entry', { timeout: testDeadlineMs }, async () => {
    const unknownId = stage().newDeviceId();
    const known = await stage().adoptDevice();

    await stage().observer.publish(`kaiser/god/esp/${unknownId}/system/will`, willPayload(unknownId), 1, true);
    await stage().settleObserver(known);

    expect((await stage().client.devices()).map(({ id }) => id)).not.toContain(unknownId);
    expect((await stage().console.api('GET', `/devices/${unknownId}`)).status).toBe(404);
  });

  test('C5 two wills within 300 s mark the device as flapping', { timeout: testDeadlineMs }, async () => {
    const device = await stage().adoptDevice();
    await device.vanish();
    const once = await stage().client.deviceWhen(device.id, ({ presence }) => presence === 'offline');
    expect(JSON.stringify(once.warnings)).not.toMatch(/flap/i);

    const again = await stage().returnDevice(device.id);
    await again.vanish();

    await stage().client.deviceWhen(
      device.id,
      ({ presence, warnings }) => presence === 'offline' && /flap/i.test(JSON.stringify(warnings)),
    );
  });
});
