import { describe, expect, it } from 'vitest';
import { systemPayload } from '../../../../src/main/control/command-payloads';
import {
  shownParams,
  systemCommands,
  systemParams,
  type SystemParams,
} from '../../../../src/main/control/system-command-table';
import { systemCommandNames, type CommandView, type SystemCommandName } from '../../../../src/shared/api/control';
import { encodePayload } from '../../../../src/shared/wire/encode';
import { systemCommand } from '../../../../src/shared/wire/messages/system-command';
import { poolBytes } from '../../../fakes/payload-budget';

const ID = '6c1e2f80-3b4a-4c5d-8e9f-0a1b2c3d4e5f';
/** The longest parameters that each command takes. */
const longest: Readonly<Record<SystemCommandName, SystemParams>> = {
  status: {},
  diagnostics: {},
  get_config: {},
  'onewire/scan': { pin: 48 },
  set_log_level: { level: 'CRITICAL' },
  safe_mode: {},
  exit_safe_mode: {},
  set_emergency_token: { token: 'tokenX'.repeat(11).slice(0, 64), token_type: 'broadcast' },
  factory_reset: { confirm: true },
  reboot: { delay_ms: 60_000 },
  identify: { seconds: 300 },
};
const view = (command: string) => ({ id: ID, command }) as CommandView;

describe('the table of maintenance commands', () => {
  it.each(systemCommandNames)(
    'takes the longest parameters of %s, and they fit into the pool of stock firmware',
    (name) => {
      const params = systemParams(name, longest[name]);
      expect(params).toEqual({ ok: true, value: longest[name] });
      const encoded = encodePayload(systemCommand, systemPayload(view(name), longest[name], 1_777_012_900));
      if (!encoded.ok) throw new Error(encoded.error.message);
      expect(poolBytes(Buffer.from(encoded.value))).toBeLessThanOrEqual(256);
      expect(JSON.parse(encoded.value)).toMatchObject({ command: name, correlation_id: ID, ...longest[name] });
    },
  );

  it('would overflow that pool with the intent id and the time beside a long token', () => {
    const params = { ...longest.set_emergency_token, intent_id: ID, timestamp: 1_777_012_900 };
    const text = JSON.stringify({ command: 'set_emergency_token', ...params, correlation_id: ID });
    expect(poolBytes(Buffer.from(text))).toBeGreaterThan(256);
  });

  it.each<[SystemCommandName, Record<string, unknown>, string]>([
    ['status', { pin: 4 }, 'status was not sent: there is a parameter that it does not know. It takes no parameters.'],
    ['onewire/scan', { pin: 49 }, 'onewire/scan was not sent: pin does not fit. It takes pin (0 to 48), or nothing.'],
    ['onewire/scan', { pin: '4' }, 'onewire/scan was not sent: pin does not fit. It takes pin (0 to 48), or nothing.'],
    [
      'set_log_level',
      {},
      'set_log_level was not sent: level does not fit. It takes level: DEBUG, INFO, WARNING, ERROR or CRITICAL.',
    ],
    [
      'set_log_level',
      { level: 'warning' },
      'set_log_level was not sent: level does not fit. It takes level: DEBUG, INFO, WARNING, ERROR or CRITICAL.',
    ],
    [
      'factory_reset',
      {},
      'factory_reset was not sent: confirm does not fit. It takes confirm: true, because the device forgets its network, its zone and its configuration.',
    ],
    [
      'reboot',
      { delay_ms: -1 },
      'reboot was not sent: delay_ms does not fit. It takes delay_ms (0 to 60000), or nothing.',
    ],
    [
      'identify',
      { seconds: 0 },
      'identify was not sent: seconds does not fit. It takes seconds (1 to 300), or nothing.',
    ],
  ])('%s with %j is invalid, with a sentence', (name, params, message) => {
    expect(systemParams(name, params)).toMatchObject({ ok: false, error: { code: 'invalid', message } });
  });

  it.each([{ confirm: false }, { confirm: 'true' }, { confirm: 1 }])('factory_reset with %j is invalid', (params) => {
    expect(systemParams('factory_reset', params)).toMatchObject({ ok: false, error: { code: 'invalid' } });
  });

  it.each(['', 'with space', 'ä', 't'.repeat(65)])('never repeats a token that it refuses: %j', (token) => {
    const refused = systemParams('set_emergency_token', { token, token_type: 'everybody' });
    expect(refused).toMatchObject({
      ok: false,
      error: { code: 'invalid', details: { fields: ['token', 'token_type'] } },
    });
    if (token !== '') expect(JSON.stringify(refused)).not.toContain(token);
  });

  it('names the type of a token always, because devices read a missing text as "null"', () => {
    expect(systemParams('set_emergency_token', { token: 't' })).toEqual({
      ok: true,
      value: { token: 't', token_type: 'esp' },
    });
  });

  it('shows parameters without secrets', () => {
    expect([shownParams({ token: 'hunter2', token_type: 'esp' }), shownParams({ pin: 4 }), shownParams({})]).toEqual([
      { token: '***', token_type: 'esp' },
      { pin: 4 },
      {},
    ]);
  });

  it('says which commands destroy, need a capability or wait for the end of a stop', () => {
    const names = systemCommandNames;
    expect([
      names.filter((name) => systemCommands[name].isDestructive),
      names.filter((name) => systemCommands[name].capability !== null),
      names.filter((name) => systemCommands[name].stopReason !== null),
    ]).toEqual([['factory_reset'], ['reboot', 'identify'], ['exit_safe_mode', 'factory_reset', 'reboot']]);
  });
});
