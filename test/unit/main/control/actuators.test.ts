import { describe, expect, it } from 'vitest';
import { registerControlHandlers } from '../../../../src/main/control/control-handler';
import { registerOutcomeHandler } from '../../../../src/main/control/outcome-handler';
import type { ActuatorView } from '../../../../src/shared/api/control';
import { actuatorConfigSchema } from '../../../../src/shared/wire/messages/config';
import { actuatorResponse } from '../../../../src/shared/wire/messages/actuator-response';
import { actuatorStatus } from '../../../../src/shared/wire/messages/actuator-status';
import { A, B, OPERATOR, found, openCore, type Core } from '../devices/core-bench';

const PIN = 18;
const observe = (core: Core, fields: Record<string, unknown> = {}, gpio = PIN, id = A) =>
  core.actuators.observe(id, gpio, actuatorStatus.schema.parse({ ts: 1, state: true, pwm: 255, ...fields }));
const view = (core: Core, gpio = PIN): ActuatorView => found(core.actuators.view(A, gpio));
const rows = (core: Core) => {
  core.store.batch.flush();
  return core.store.history
    .prepare('SELECT gpio, state, value, emergency, runtime_ms AS runtimeMs, source FROM actuator_states')
    .all();
};
/** Sends ON and lets the device answer. */
function switchOn(core: Core): string {
  const result = core.control.command(A, PIN, { command: 'ON' }, OPERATOR);
  if (!result.ok) throw new Error(result.error.message);
  const { id } = result.value;
  core.clock.advance(120);
  core.control.responded(A, PIN, actuatorResponse.schema.parse({ success: true, message: 'done', correlation_id: id }));
  return id;
}

describe('the three truths of an actuator', () => {
  it('stand beside each other', () => {
    const core = openCore();
    core.approved(A);
    const requestedAt = core.clock.iso;
    const commandId = switchOn(core);
    observe(core, { type: 'pump', runtime_ms: 64_400, command_source: OPERATOR });
    expect(view(core)).toEqual({
      deviceId: A,
      gpio: PIN,
      type: 'pump',
      name: '',
      configured: false,
      requested: { commandId, at: requestedAt, command: 'ON', by: OPERATOR, state: 'applied' },
      acknowledged: { at: core.clock.iso, command: 'ON', commandId, success: true, message: 'done', latencyMs: 120 },
      observed: { at: core.clock.iso, state: 'on', value: 1, source: OPERATOR },
      state: 'on',
      discrepancy: false,
      emergency: 'normal',
      runtimeS: 64,
      blockedBy: [],
    });
  });

  it.each<[Record<string, unknown>, string, number]>([
    [{ state: true }, 'on', 1],
    [{ state: false, pwm: 255 }, 'off', 0],
    [{ state: true, type: 'pwm', pwm: 51 }, 'pwm', 0.2],
    [{ state: false, type: 'pwm', pwm: 0 }, 'off', 0],
    [{ state: 'error', pwm: 51 }, 'unknown', 0.2],
    [{ state: true, type: 'valve', pwm: 127 }, 'on', 1],
  ])('%j is shown as %s %d', (fields, state, value) => {
    const core = openCore();
    core.approved(A);
    observe(core, fields);
    expect([view(core).state, view(core).observed?.value]).toEqual([state, value]);
  });

  it('show the request of the newest command, also when the wall clock was set back', () => {
    const core = openCore();
    core.approved(A);
    const first = core.control.command(A, PIN, { command: 'ON' }, OPERATOR);
    core.clock.jump(-3_600_000);
    const second = core.control.command(A, PIN, { command: 'PWM', value: 0.5 }, OPERATOR);
    if (!first.ok || !second.ok) throw new Error('refused');
    core.clock.advance(30_000);
    expect(view(core).requested).toMatchObject({ commandId: second.value.id, value: 0.5, state: 'unconfirmed' });
  });

  it('name and limits come from the configuration, confirmed before desired', () => {
    const core = openCore();
    const device = core.approved(A);
    const config = (name: string) => [
      actuatorConfigSchema.parse({ gpio: PIN, actuator_type: 'valve', actuator_name: name, max_runtime_ms: 90_000 }),
    ];
    device.config = { ...device.config, desired: { actuators: config('Wish') } };
    expect(view(core)).toMatchObject({
      name: 'Wish',
      type: 'valve',
      configured: true,
      maxRuntimeS: 90,
      state: 'unknown',
    });
    device.config = { ...device.config, confirmed: { actuators: config('Real') } };
    observe(core, { type: 'pump' });
    expect([view(core).name, view(core).type]).toEqual(['Real', 'valve']);
  });

  it('list what is configured and what was heard, by pin', () => {
    const core = openCore();
    const device = core.approved(A);
    const actuators = [25, PIN].map((gpio) =>
      actuatorConfigSchema.parse({ gpio, actuator_type: 'relay', actuator_name: `N${gpio}` }),
    );
    device.config = { ...device.config, desired: { actuators } };
    observe(core, {}, 30);
    observe(core);
    expect(core.actuators.ofDevice(A).map(({ gpio, name }) => [gpio, name])).toEqual([
      [PIN, 'N18'],
      [25, 'N25'],
      [30, ''],
    ]);
    expect([core.actuators.view(A, 4), core.actuators.ofDevice(B)]).toEqual([undefined, []]);
  });
});

describe('the display never lies', () => {
  it.each<[string, (core: Core) => void]>([
    ['the broker is away', (core) => void (core.connection.isOnline = false)],
    ['the device is lost (conformance C1)', (core) => core.devices.will(A, { reason: 'crash', timestamp: 0 }, false)],
    ['three reports are missing', (core) => core.clock.advance(100_001)],
  ])('a state is unknown when %s, with what was seen last', (_name, lose) => {
    const core = openCore();
    core.approved(A);
    observe(core);
    const at = core.clock.iso;
    expect([view(core).state, view(core).last]).toEqual(['on', undefined]);
    lose(core);
    expect(view(core)).toMatchObject({ state: 'unknown', last: { at, state: 'on', value: 1 }, discrepancy: false });
  });

  it('a state is still known 100 s after its report', () => {
    const core = openCore();
    core.approved(A);
    observe(core);
    core.clock.advance(100_000);
    expect(view(core).state).toBe('on');
  });

  it('a state of the last process is unknown until the device reports again', () => {
    const core = openCore();
    core.approved(A);
    observe(core, { emergency: 'active', command_source: 'rule:1', runtime_ms: 5_000 });
    core.clock.advance(1_000);
    observe(core, { state: false, emergency: 'active', runtime_ms: 6_000 });
    const again = core.restart();
    expect(view(again)).toMatchObject({ state: 'unknown', last: { state: 'off' }, emergency: 'active', runtimeS: 6 });
    again.approved(A);
    observe(again);
    expect(view(again)).toMatchObject({ state: 'on', emergency: 'normal' });
  });

  it('a device without any report has neither state nor last', () => {
    const core = openCore();
    core.approved(A);
    switchOn(core);
    expect([view(core).state, view(core)]).toEqual([
      'unknown',
      expect.not.objectContaining({ last: expect.anything() }),
    ]);
  });

  it('the screens are told when a state becomes unknown by time alone, once', () => {
    const core = openCore();
    core.approved(A);
    const end = core.actuators.start();
    observe(core);
    core.clock.advance(2_000);
    core.told.splice(0);
    core.clock.advance(200_000);
    end();
    expect(core.told.filter((word) => word.startsWith('actuator'))).toEqual([`actuator ${A}:${PIN}`]);
  });
});

describe('a discrepancy', () => {
  const observedAfter = (core: Core, ms: number, fields: Record<string, unknown>) => {
    core.clock.advance(ms);
    observe(core, fields);
    return view(core).discrepancy;
  };

  it('is an applied command that is not seen, after time to act', () => {
    const core = openCore();
    core.approved(A);
    switchOn(core);
    expect(observedAfter(core, 5_000, { state: false })).toBe(false);
    expect(observedAfter(core, 5_000, { state: false })).toBe(true);
    expect(observedAfter(core, 1, { state: true })).toBe(false);
  });

  it.each([-3_600_000, 3_600_000])('counts that time by no clock that can be set (by %d ms)', (ms) => {
    const core = openCore();
    core.approved(A);
    switchOn(core);
    core.clock.jump(ms);
    expect(observedAfter(core, 5_000, { state: false })).toBe(false);
    expect(observedAfter(core, 5_000, { state: false })).toBe(true);
  });

  it('is no discrepancy when the device says that it switched by itself', () => {
    const core = openCore();
    core.approved(A);
    switchOn(core);
    expect(observedAfter(core, 20_000, { state: false, command_source: 'firmware:auto_duration' })).toBe(false);
    expect(observedAfter(core, 1, { state: false, command_source: 'user:operator' })).toBe(true);
  });

  it('is a command whose end is not known', () => {
    const core = openCore();
    core.approved(A);
    core.control.command(A, PIN, { command: 'PWM', value: 0 }, OPERATOR);
    expect(observedAfter(core, 29_999, { state: false })).toBe(false);
    expect(observedAfter(core, 1, { state: false })).toBe(true);
  });

  it.each<['TOGGLE' | 'PWM' | 'OFF', number | undefined, boolean]>([
    ['TOGGLE', undefined, false],
    ['PWM', 0.5, true],
    ['PWM', 0, false],
    ['OFF', undefined, false],
  ])('%s %s and an output that is off → %s', (command, value, expected) => {
    const core = openCore();
    core.approved(A);
    const result = core.control.command(A, PIN, { command, value }, OPERATOR);
    if (!result.ok) throw new Error('refused');
    core.control.responded(A, PIN, actuatorResponse.schema.parse({ success: true, correlation_id: result.value.id }));
    expect(observedAfter(core, 20_000, { state: false })).toBe(expected);
  });

  it('is not a command that failed', () => {
    const core = openCore();
    core.approved(A);
    const result = core.control.command(A, PIN, { command: 'ON' }, OPERATOR);
    if (!result.ok) throw new Error('refused');
    core.control.responded(A, PIN, actuatorResponse.schema.parse({ success: false, correlation_id: result.value.id }));
    expect(observedAfter(core, 20_000, { state: false })).toBe(false);
  });
});

describe('what is recorded', () => {
  it('is a row per change, not per report', () => {
    const core = openCore();
    core.approved(A);
    for (const fields of [{}, { runtime_ms: 10.4 }, { state: false }, { state: false, emergency: 'active' }]) {
      core.clock.advance(1_000);
      observe(core, fields);
    }
    expect(rows(core)).toEqual([
      { gpio: PIN, state: 'on', value: 1, emergency: 'normal', runtimeMs: 0, source: null },
      { gpio: PIN, state: 'off', value: 0, emergency: 'normal', runtimeMs: 0, source: null },
      { gpio: PIN, state: 'off', value: 0, emergency: 'active', runtimeMs: 0, source: null },
    ]);
  });

  it('is bounded for a device that invents pins', () => {
    const core = openCore();
    core.approved(A);
    for (let gpio = 0; gpio < 100; gpio += 1) observe(core, {}, gpio);
    expect([core.actuators.ofDevice(A).length, rows(core).length]).toEqual([64, 64]);
  });

  it('is nothing for a device that is not known', () => {
    const core = openCore();
    observe(core);
    expect([core.actuators.ofDevice(A), rows(core)]).toEqual([[], []]);
  });

  it('is forgotten with the device, its history only when asked', () => {
    const core = openCore();
    core.approved(A);
    core.approved(B);
    observe(core);
    observe(core, {}, PIN, B);
    core.actuators.removeDevice(A, false);
    core.actuators.removeDevice(B, true);
    expect([core.actuators.view(A, PIN), core.actuators.view(B, PIN), rows(core).length]).toEqual([
      undefined,
      undefined,
      1,
    ]);
  });
});

describe('the safety state', () => {
  it('follows alerts and recoveries before the next report, for one pin or the device', () => {
    const core = openCore();
    core.approved(A);
    core.approved(B);
    observe(core);
    observe(core, {}, 19);
    observe(core, {}, PIN, B);
    core.actuators.emergency(A, 'active', PIN);
    expect(core.actuators.emergencyPins(A)).toEqual({ known: 2, active: 1 });
    core.actuators.emergency(A, 'active');
    expect([core.actuators.emergencyPins(A), core.actuators.emergencyPins(B)]).toEqual([
      { known: 2, active: 2 },
      { known: 1, active: 0 },
    ]);
    core.actuators.emergency(A, 'normal');
    expect(core.actuators.emergencyPins(A)).toEqual({ known: 2, active: 0 });
  });

  it('does not count an actuator that never reported', () => {
    const core = openCore();
    core.approved(A);
    switchOn(core);
    expect(core.actuators.emergencyPins(A)).toEqual({ known: 0, active: 0 });
  });
});

describe('messages of actuators', () => {
  const send = (core: Core, path: string, payload: unknown) =>
    core.messages.dispatch({
      topic: `kaiser/god/esp/${A}/${path}`,
      payload: Buffer.from(JSON.stringify(payload)),
      isRetained: false,
      isRedelivered: false,
    });

  it('reach their receivers', () => {
    const core = openCore();
    const seen: unknown[] = [];
    registerControlHandlers(core.messages, {
      responded: (id, gpio, { isSuccess }) => void seen.push(['response', id, gpio, isSuccess]),
      observed: (id, gpio, { isOn }) => void seen.push(['status', id, gpio, isOn]),
      measured: (id, gpio, { raw }) => void seen.push(['measurement', id, gpio, raw]),
      systemAnswered: (id, { command }) => void seen.push(['system', id, command]),
      scanned: (id, { devices }) => void seen.push(['scan', id, devices.length]),
    });
    send(core, 'actuator/18/response', { success: true });
    send(core, 'actuator/19/status', { state: true, ts: 1 });
    send(core, 'sensor/34/response', { success: true, raw: 2140 });
    send(core, 'system/command/response', { command: 'status', success: true });
    send(core, 'onewire/scan_result', { devices: [{ rom_code: '28FF' }] });
    expect(seen).toEqual([
      ['response', A, 18, true],
      ['status', A, 19, true],
      ['measurement', A, 34, 2140],
      ['system', A, 'status'],
      ['scan', A, 1],
    ]);
  });

  it.each<[Record<string, unknown>, string[]]>([
    [{ flow: 'command', outcome: 'applied' }, ['command']],
    [{ flow: 'config', outcome: 'persisted' }, ['config']],
    [{ flow: 'command', outcome: 'applied', code: 'EMERGENCY_STOP_TRIGGERED' }, ['stopped c']],
    [{ flow: 'command', outcome: 'applied', code: 'BROADCAST_EMERGENCY_STOP_TRIGGERED' }, ['stopped c']],
    [{ flow: 'command', outcome: 'applied', code: 'EMERGENCY_CLEAR_APPLIED' }, ['recovered']],
    [{ flow: 'command', outcome: 'failed', code: 'EMERGENCY_STOP_TRIGGERED' }, ['command']],
    [{ flow: 'command', outcome: 'failed', code: 'EMERGENCY_CLEAR_APPLIED' }, ['command']],
    [{ flow: 'command', outcome: 'mystery' }, ['unknown', 'command']],
    [{ outcome: 'accepted' }, ['command']],
  ])('an outcome %j goes to %j', (payload, expected) => {
    const core = openCore();
    const seen: string[] = [];
    registerOutcomeHandler(core.messages, {
      command: () => void seen.push('command'),
      config: () => void seen.push('config'),
      stopped: (_id, correlationId) => void seen.push(`stopped ${correlationId}`),
      recovered: () => void seen.push('recovered'),
      unknown: () => void seen.push('unknown'),
    });
    send(core, 'system/intent_outcome', { correlation_id: 'c', ...payload });
    expect(seen).toEqual(expected);
  });
});
