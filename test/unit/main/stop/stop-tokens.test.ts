import { describe, expect, it } from 'vitest';
import type { DeviceId } from '../../../../src/shared/domain/ids';
import { stopContract } from '../../../../src/shared/api/stop';
import { A, B, OPERATOR, found, openCore, type Core } from '../devices/core-bench';
import { fillDisk } from '../store/open-store';

const secret = 'Correct-Horse!Battery"Staple\\';
const other = 'another-secret-token';

function plant(): Core {
  const core = openCore();
  for (const id of [A, B]) core.approved(id);
  core.entries.splice(0);
  return core;
}
const flags = (core: Core) => [A, B].map((id) => found(core.registry.get(id)).hasStopToken);
const tokensSent = (core: Core) => core.connection.take().map(({ topic, payload }) => [topic, payload['auth_token']]);

describe('stop tokens', () => {
  it('are set and forgotten; the view and the device tell only that there is one', () => {
    const core = plant();
    expect(core.tokens.setDevice(A, secret, OPERATOR)).toEqual({ ok: true, value: { stored: true } });
    expect(core.tokens.setBroadcast(other, OPERATOR)).toEqual({ ok: true, value: { stored: true } });
    expect([core.tokens.view(), flags(core)]).toEqual([{ broadcast: true, devices: [A] }, [true, false]]);
    expect(core.told).toContain(`device ${A}`);
    expect(core.tokens.setDevice(A, null, OPERATOR)).toEqual({ ok: true, value: { stored: false } });
    expect(core.tokens.setBroadcast(null, OPERATOR)).toEqual({ ok: true, value: { stored: false } });
    expect([core.tokens.view(), flags(core)]).toEqual([{ broadcast: false, devices: [] }, [false, false]]);
  });

  it('are journaled with who did it, and their text stands nowhere', () => {
    const core = plant();
    core.tokens.setDevice(A, secret, OPERATOR);
    core.tokens.setBroadcast(other, OPERATOR);
    core.tokens.setDevice(A, null, OPERATOR);
    expect(core.entries).toMatchObject([
      { kind: 'stop.token_stored', actor: OPERATOR, deviceId: A, message: `Stop token of ${A} stored` },
      { kind: 'stop.token_stored', actor: OPERATOR, message: 'Stop token of the broadcast stored' },
      { kind: 'stop.token_forgotten', actor: OPERATOR, deviceId: A, message: `Stop token of ${A} forgotten` },
    ]);
    core.stop.engage({ kind: 'all' }, '', OPERATOR);
    const shown = JSON.stringify([core.entries, core.tokens.view(), core.stop.list(), core.registry.all()]);
    expect([shown.includes('Battery'), shown.includes(other)]).toEqual([false, false]);
  });

  it('go into the messages of their own device, and into the broadcast', () => {
    const core = plant();
    core.tokens.setDevice(A, secret, OPERATOR);
    core.connection.take();
    core.stop.engage({ kind: 'all' }, '', OPERATOR);
    const to = (id: DeviceId) => `kaiser/god/esp/${id}/actuator/emergency`;
    expect(tokensSent(core)).toEqual([
      ['kaiser/broadcast/emergency', undefined],
      [to(A), secret],
      [to(B), ''],
    ]);
    core.tokens.setBroadcast(other, OPERATOR);
    core.stop.brokerOnline();
    expect(tokensSent(core)).toEqual([
      ['kaiser/broadcast/emergency', other],
      [to(A), secret],
      [to(B), ''],
    ]);
  });

  it('survive a restart, with the flags of the devices', () => {
    const core = plant();
    core.tokens.setDevice(B, secret, OPERATOR);
    const again = core.restart();
    expect([again.tokens.ofDevice(B), flags(again)]).toEqual([secret, [false, true]]);
  });

  it('bring a flag that is out of step back at the start', () => {
    const core = plant();
    const device = found(core.registry.get(A));
    device.hasStopToken = true;
    core.registry.save(device);
    expect(flags(core.restart())).toEqual([false, false]);
  });

  it('are remembered when a device confirmed that it stored one', () => {
    const core = plant();
    core.tokens.rememberSet(A, secret, 'esp');
    core.tokens.rememberSet(A, other, 'broadcast');
    expect([core.tokens.ofDevice(A), core.tokens.ofBroadcast(), flags(core)]).toEqual([secret, other, [true, false]]);
  });

  it('of a device that is forgotten are forgotten with it', () => {
    const core = plant();
    core.tokens.setDevice(A, secret, OPERATOR);
    core.devices.remove(A, OPERATOR);
    core.approved(A);
    expect([core.tokens.ofDevice(A), flags(core)]).toEqual([undefined, [false, false]]);
  });

  it('of a device that nobody knows are refused', () => {
    expect(plant().tokens.setDevice('ESP_X' as DeviceId, secret, OPERATOR)).toMatchObject({
      ok: false,
      error: { code: 'not_found' },
    });
  });

  it('are refused in words when the disk is full, and one that is forgotten is not sent any more', () => {
    const core = plant();
    core.tokens.setDevice(A, secret, OPERATOR);
    core.store.batch.flush();
    fillDisk(core.store.plant);
    const filler = core.store.plant.prepare('INSERT INTO settings VALUES (?, ?)');
    core.store.batch.plant(() => void filler.run('bulky', 'x'.repeat(20_000)));
    expect([core.tokens.setDevice(B, other, OPERATOR), core.tokens.setDevice(A, null, OPERATOR)]).toMatchObject(
      ['', ''].map(() => ({ ok: false, error: { code: 'storage_unavailable', retryable: true } })),
    );
    expect(core.tokens.view()).toEqual({ broadcast: false, devices: [] });
  });

  it('are 1 to 64 printable characters without spaces', () => {
    const schema = stopContract.setBroadcastToken['~orpc'].inputSchema;
    const isTaken = (token: unknown) => schema?.['~standard'].validate({ token });
    const verdicts = ['x', 'x'.repeat(64), null, '', 'x'.repeat(65), 'with space', 'ä'].map((token) => {
      const result = isTaken(token);
      return result !== undefined && !(result instanceof Promise) && result.issues === undefined;
    });
    expect(verdicts).toEqual([true, true, true, false, false, false, false]);
  });
});
