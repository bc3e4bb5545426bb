import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createAccountService } from '../../../src/main/broker/account-service';
import { AccountStore } from '../../../src/main/broker/account-store';
import { Demo } from '../../../src/main/demo';
import { SettingsStore } from '../../../src/main/store/settings-store';
import { noFaults } from '../../../src/shared/api/plant';
import type { DeviceId } from '../../../src/shared/domain/ids';
import { openApi } from './api/api-bench';
import { memoryLog, profileDirectory } from './store/open-store';

const actor = 'user:operator';

function openDemo(brokerUrl: string | null = 'mqtt://127.0.0.1:1') {
  const { services, store, clock } = openApi();
  const { log, lines } = memoryLog();
  let changes = 0;
  const demo = new Demo({
    ...services,
    accounts: createAccountService({
      store: new AccountStore(store.plant),
      settings: new SettingsStore(store.plant),
      clock,
    }),
    settings: new SettingsStore(store.plant),
    clock,
    log,
    kaiserId: 'god',
    brokerUrl,
    twinPath: join(profileDirectory(), 'twin.wasm'),
    changes: { status: () => void (changes += 1) },
    onSensorsGone: () => undefined,
  });
  return { demo, services, lines, changes: () => changes };
}

test('without its firmware the demo plant stays off, says why, and enters no device', () => {
  const { demo, services, lines, changes } = openDemo();
  expect(demo.start()).toMatchObject({
    ok: false,
    error: { code: 'unsupported', message: expect.stringContaining('npm run firmware') as string },
  });
  expect([demo.isRunning, demo.isAvailable, demo.problem]).toEqual([false, true, 'firmware_missing']);
  expect([demo.devices(), services.registry.all(), changes()]).toEqual([[], [], 1]);
  expect(lines.map(({ msg }) => msg)).toEqual([expect.stringContaining('npm run firmware')]);
});

test('on an external broker there is no simulated device, whatever lies in the folder', () => {
  const { demo, services } = openDemo(null);
  expect(demo.start()).toMatchObject({ ok: false, error: { code: 'conflict' } });
  expect([demo.isAvailable, demo.problem, services.registry.all()]).toEqual([false, null, []]);
});

test('faults are refused for real devices, for unknown ones, and while the plant does not run', () => {
  const { demo, services } = openDemo();
  const real = 'ESP_A' as DeviceId;
  const simulated = 'MOCK_A' as DeviceId;
  services.registry.add(real, { kaiserId: 'god' });
  services.registry.add(simulated, { kaiserId: 'god', isDemo: true });
  const codeOf = (id: string) => {
    const results = [demo.setFaults(id as DeviceId, noFaults, actor), demo.brownOut(id as DeviceId, actor)];
    return results.map((result) => (result.ok ? 'ok' : result.error.code));
  };
  expect([codeOf(real), codeOf('ESP_NOBODY'), codeOf(simulated)]).toEqual([
    ['unsupported', 'unsupported'],
    ['not_found', 'not_found'],
    ['conflict', 'conflict'],
  ]);
  expect(services.journal.recent()).toEqual([]);
});
