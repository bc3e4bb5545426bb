import { describe, expect, it } from 'vitest';
import type { SystemInput } from '../../../../src/main/control/control-service';
import { currentTraceId } from '../../../../src/main/trace';
import type { CommandView } from '../../../../src/shared/api/control';
import type { DeviceId } from '../../../../src/shared/domain/ids';
import { systemResponse } from '../../../../src/shared/wire/messages/command-response';
import { onewireScan } from '../../../../src/shared/wire/messages/onewire-scan';
import { A, B, OPERATOR, beat, found, openCore, type Core } from '../devices/core-bench';
import { fillDisk } from '../store/open-store';
import { events, get, outcome, warnings } from './command-bench';

function system(core: Core, input: SystemInput, id = A): CommandView {
  const result = core.control.system(id, input, OPERATOR);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}
const refusal = (core: Core, input: SystemInput, id = A) => {
  const result = core.control.system(id, input, OPERATOR);
  return result.ok ? 'accepted' : result.error;
};
const answer = (core: Core, fields: Record<string, unknown>, from = A) =>
  core.control.systemAnswered(from, systemResponse.schema.parse({ esp_id: from, ts: 1, seq: 1, ...fields }));
const scan = (core: Core, devices: { rom_code: string; pin?: number }[], from: DeviceId = A) =>
  core.control.scanned(from, onewireScan.schema.parse({ devices, found_count: devices.length }));
const sent = (core: Core) => core.connection.to('/system/command');

describe('a maintenance command on the wire', () => {
  it('is one QoS 2 message in lower case with its parameters at the top', () => {
    const core = openCore();
    core.approved(A);
    const { id } = system(core, { command: 'set_log_level', params: { level: 'WARNING' } });
    expect(sent(core)).toMatchObject([
      { topic: `kaiser/god/esp/${A}/system/command`, qos: 2, isRetained: false, expiryS: 30 },
    ]);
    expect(sent(core)[0]?.payload).toEqual({
      command: 'set_log_level',
      level: 'WARNING',
      correlation_id: id,
      intent_id: id,
      timestamp: core.clock.now() / 1000,
    });
    expect(get(core, id)).toMatchObject({ kind: 'system', command: 'set_log_level', params: { level: 'WARNING' } });
    expect(get(core, id)).not.toHaveProperty('gpio');
    expect(core.entries.at(-1)).toMatchObject({ message: `${A}: set_log_level (level WARNING)` });
  });

  it('carries the confirmation of a factory reset at the top', () => {
    const core = openCore();
    core.approved(A);
    system(core, { command: 'factory_reset', params: { confirm: true } });
    expect(sent(core)[0]?.payload).toMatchObject({ command: 'factory_reset', confirm: true });
  });
});

describe('a maintenance command ends', () => {
  it('with all that the device says besides', () => {
    const core = openCore();
    core.approved(A);
    const { id } = system(core, { command: 'status' });
    core.clock.advance(40);
    answer(core, {
      command: 'status',
      success: true,
      state: 9,
      uptime: 12_399,
      zone_assigned: true,
      sensors: [],
      correlation_id: id,
    });
    expect(get(core, id)).toMatchObject({ state: 'applied', latencyMs: 40 });
    expect(get(core, id).result).toEqual({ state: 9, uptime: 12_399, zone_assigned: true });
    expect(core.entries.at(-1)).toMatchObject({ kind: 'command.applied', message: `${A}: status applied` });
  });

  it.each<[string, Record<string, unknown>, Partial<CommandView>]>([
    ['unknown', { success: false, error: 'Unknown command' }, { state: 'failed', message: 'Unknown command' }],
    [
      'not admitted',
      { success: false, error: 'CONFIG_PENDING_BLOCKED', reason_code: 'CONFIG_PENDING_AFTER_RESET' },
      { state: 'rejected', code: 'CONFIG_PENDING_AFTER_RESET' },
    ],
    [
      'not admitted, in short',
      { success: false, error: 'SAFETY_LOCKED' },
      { state: 'rejected', code: 'SAFETY_LOCKED' },
    ],
    [
      'not read',
      { success: false, error: 'JSON_PARSE_ERROR', reason_code: 'JSON_PARSE_ERROR' },
      { state: 'failed', code: 'JSON_PARSE_ERROR' },
    ],
  ])('as %s', (_name, fields, expected) => {
    const core = openCore();
    core.approved(A);
    const { id } = system(core, { command: 'get_config' });
    answer(core, { correlation_id: id, ...fields });
    expect(get(core, id)).toMatchObject(expected);
  });

  it('rejected by response and outcome without a contradiction', () => {
    const core = openCore();
    core.approved(A);
    const { id } = system(core, { command: 'onewire/scan' });
    answer(core, {
      success: false,
      error: 'PENDING_APPROVAL_BLOCKED',
      reason_code: 'PENDING_APPROVAL',
      correlation_id: id,
    });
    outcome(core, id, 'rejected', { code: 'PENDING_APPROVAL_BLOCKED' });
    expect(get(core, id)).toMatchObject({ state: 'rejected', code: 'PENDING_APPROVAL_BLOCKED' });
    expect(get(core, id).conflict).toBeUndefined();
  });

  it('unconfirmed after 30 s', () => {
    const core = openCore();
    core.approved(A);
    const { id } = system(core, { command: 'status' });
    outcome(core, id, 'accepted', { code: 'PENDING_ALLOWLIST_ACCEPTED' });
    core.clock.advance(30_000);
    expect([get(core, id).state, events(get(core, id))]).toEqual(['unconfirmed', ['sent', 'accepted', 'timeout']]);
  });
});

describe('an answer without any id (wire contract 1.12)', () => {
  it('settles the only open command of that name on that device', () => {
    const core = openCore();
    core.approved(A);
    core.approved(B);
    const { id } = system(core, { command: 'status' });
    const other = system(core, { command: 'diagnostics' });
    const elsewhere = system(core, { command: 'status' }, B);
    answer(core, { command: 'status', success: true });
    expect([id, other.id, elsewhere.id].map((one) => get(core, one).state)).toEqual(['applied', 'sent', 'sent']);
    expect(warnings(core, A)).toEqual([]);
  });

  it('settles an open factory reset by its own words', () => {
    const core = openCore();
    core.approved(A);
    const { id } = system(core, { command: 'factory_reset', params: { confirm: true } });
    answer(core, { status: 'factory_reset_initiated' });
    expect(get(core, id)).toMatchObject({ state: 'applied', result: { status: 'factory_reset_initiated' } });
  });

  it('settles nothing when two of that name are open, none, one that has ended, or another one', () => {
    const core = openCore();
    core.approved(A);
    answer(core, { command: 'status', success: true });
    const ids = [system(core, { command: 'status' }), system(core, { command: 'status' })].map(({ id }) => id);
    answer(core, { command: 'status', success: true });
    answer(core, { command: 'STATUS', success: true });
    answer(core, { success: true });
    expect(ids.map((id) => events(get(core, id)))).toEqual([['sent'], ['sent']]);
    core.clock.advance(30_000);
    answer(core, { command: 'status', success: true });
    expect(ids.map((id) => events(get(core, id)))).toEqual([
      ['sent', 'timeout'],
      ['sent', 'timeout'],
    ]);
    expect(warnings(core, A)).toEqual([['unmatched_answer', 5, 'system: no id']]);
  });

  it('settles nothing when it names an unknown id, even if one of that name is open', () => {
    const core = openCore();
    core.approved(A);
    const { id } = system(core, { command: 'status' });
    answer(core, { command: 'status', success: true, correlation_id: 'sys_81234_1' });
    expect([events(get(core, id)), warnings(core, A)]).toEqual([
      ['sent'],
      [['unmatched_answer', 1, 'system: sys_81234_1']],
    ]);
  });
});

describe('a 1-Wire scan', () => {
  const one = { rom_code: '28FF4A1B2C3D4E5F', device_type: 'DS18B20', pin: 4 };

  it.each(['before', 'after'])('shows the devices that come %s its answer', (order) => {
    const core = openCore();
    core.approved(A);
    const { id } = system(core, { command: 'onewire/scan', params: { pin: 4 } });
    if (order === 'before') scan(core, [one]);
    answer(core, { command: 'onewire/scan', success: true, pin: 4 });
    if (order === 'after') scan(core, [one]);
    expect(get(core, id)).toMatchObject({ state: 'applied', result: { pin: 4, devices: [one] } });
    expect(warnings(core, A)).toEqual([]);
  });

  it('takes the list of its own pin, else the oldest scan takes it', () => {
    const core = openCore();
    core.approved(A);
    const four = system(core, { command: 'onewire/scan', params: { pin: 4 } });
    const five = system(core, { command: 'onewire/scan', params: { pin: 5 } });
    scan(core, [{ rom_code: 'B', pin: 5 }]);
    scan(core, []);
    expect([get(core, four.id), get(core, five.id)].map(({ result }) => result?.['devices'])).toEqual([
      [],
      [{ rom_code: 'B', pin: 5 }],
    ]);
  });

  it('takes no list that comes later than 30 s, from another device, or again', () => {
    const core = openCore();
    core.approved(A);
    core.approved(B);
    const { id } = system(core, { command: 'onewire/scan' });
    scan(core, [one], B);
    scan(core, []);
    scan(core, [one]);
    const late = system(core, { command: 'onewire/scan' });
    core.clock.advance(30_001);
    scan(core, [one]);
    expect([get(core, id).result, get(core, late.id).result]).toEqual([{ devices: [] }, undefined]);
    const raw = 'onewire/scan_result: 28FF4A1B2C3D4E5F';
    expect([warnings(core, A), warnings(core, B)]).toEqual([
      [['unmatched_answer', 2, raw]],
      [['unmatched_answer', 1, raw]],
    ]);
  });
});

describe('diagnostics', () => {
  it('teach the console the board of the device, as a part of the trace', () => {
    const core = openCore();
    core.approved(A);
    const command = system(core, { command: 'diagnostics' });
    const save = core.registry.save.bind(core.registry);
    const traces: (string | undefined)[] = [];
    core.registry.save = (record) => {
      traces.push(currentTraceId());
      save(record);
    };
    answer(core, { command: 'diagnostics', success: true, chip_model: 'ESP32-C3', chip_revision: 4 });
    expect(found(core.registry.get(A)).board).toEqual({ id: 'esp32c3', source: 'device' });
    expect([get(core, command.id).result, traces]).toEqual([
      { chip_model: 'ESP32-C3', chip_revision: 4 },
      [command.traceId],
    ]);
  });

  it('that nobody asked for, and other answers, teach nothing', () => {
    const core = openCore();
    core.approved(A);
    answer(core, { command: 'diagnostics', success: true, chip_model: 'ESP32-C3' });
    const { id } = system(core, { command: 'status' });
    answer(core, { command: 'status', success: true, chip_model: 'ESP32-C3', correlation_id: id });
    expect(found(core.registry.get(A)).board).toEqual({ id: null, source: 'unknown' });
  });
});

describe('a maintenance command is refused', () => {
  it('for a device that does not exist, is not approved or not there', () => {
    const core = openCore();
    expect(refusal(core, { command: 'status' })).toMatchObject({ code: 'not_found' });
    core.devices.heartbeat(A, beat());
    expect(refusal(core, { command: 'status' })).toMatchObject({ code: 'not_approved' });
    core.approved(B);
    core.devices.brokerLost();
    expect(refusal(core, { command: 'status' }, B)).toMatchObject({ code: 'offline' });
    expect(sent(core)).toEqual([]);
  });

  it('with parameters that it does not take', () => {
    const core = openCore();
    core.approved(A);
    expect(refusal(core, { command: 'status', params: { pin: 4 } })).toMatchObject({ code: 'invalid' });
    expect(refusal(core, { command: 'factory_reset' })).toMatchObject({ code: 'invalid' });
    expect([sent(core), core.kinds().slice(-2)]).toEqual([[], ['command.refused', 'command.refused']]);
  });

  it.each(['reboot', 'identify'] as const)('%s, unless the device announces that it knows it', (command) => {
    const core = openCore();
    core.approved(A);
    expect(refusal(core, { command })).toEqual({
      code: 'unsupported',
      message: `${A} does not announce that it knows ${command}, so it was not sent. Stock firmware does not know it; newer firmware says so in its heartbeat.`,
      retryable: false,
      details: { capability: command },
    });
    core.devices.heartbeat(A, beat({ capabilities: [command] }));
    expect([refusal(core, { command }), sent(core).map(({ payload }) => payload['command'])]).toEqual([
      'accepted',
      [command],
    ]);
  });

  it('while a software stop is engaged, if it would end the stop on the device', () => {
    const core = openCore();
    core.approved(A);
    core.devices.heartbeat(A, beat({ capabilities: ['reboot', 'identify'] }));
    core.stop.engage({ kind: 'all' }, 'leak', OPERATOR);
    const inputs: SystemInput[] = [
      { command: 'exit_safe_mode' },
      { command: 'reboot' },
      { command: 'factory_reset', params: { confirm: true } },
    ];
    expect(inputs.map((input) => refusal(core, input))).toMatchObject(inputs.map(() => ({ code: 'blocked' })));
    expect(refusal(core, { command: 'exit_safe_mode' })).toMatchObject({
      message: expect.stringMatching(
        /^exit_safe_mode would clear the stop on the device\. The software stop \(whole plant\) is engaged/,
      ) as string,
    });
    const passing: SystemInput[] = [{ command: 'safe_mode' }, { command: 'status' }, { command: 'identify' }];
    expect(passing.map((input) => refusal(core, input))).toEqual(['accepted', 'accepted', 'accepted']);
  });

  it('without a record on disk, if what it destroys cannot be had back', () => {
    const core = openCore();
    core.approved(A);
    core.store.batch.flush();
    const giveBack = fillDisk(core.store.plant);
    const filler = core.store.plant.prepare('INSERT INTO settings VALUES (?, ?)');
    core.store.batch.plant(() => void filler.run('bulky', 'x'.repeat(20_000)));
    expect(refusal(core, { command: 'factory_reset', params: { confirm: true } })).toMatchObject({
      code: 'storage_unavailable',
      retryable: true,
    });
    expect([refusal(core, { command: 'safe_mode' }), sent(core).length]).toEqual(['accepted', 1]);
    giveBack();
    core.clock.advance(1_000);
    expect(refusal(core, { command: 'factory_reset', params: { confirm: true } })).toBe('accepted');
  });
});
