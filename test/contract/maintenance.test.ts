// Conformance for maintenance commands (wire contract 1.12), traces and the figures about the console itself.
import { expect, test } from 'vitest';
import type { CommandAccepted, EventAnswer, Page } from '../fakes/console-answers';
import { unixSeconds } from '../fakes/device-payloads';
import { jsonOf, matching, type JsonObject, type Received } from '../fakes/message-log';
import { overBothBrokers } from '../fakes/over-both-brokers';
import type { ScriptedDevice } from '../fakes/scripted-device';
import type { Stage } from '../fakes/stage';
import { until } from '../fakes/wait';

const testDeadlineMs = 40_000;
const answerDeadlineMs = 3_000;

const systemTopic = (device: ScriptedDevice): string => `${device.prefix}/system/command`;

async function ask(stage: Stage, device: ScriptedDevice, body: JsonObject): Promise<[string, Received]> {
  const from = device.received.mark();
  const { commandId } = await stage.client.call<CommandAccepted>('POST', `/devices/${device.id}/system`, body);
  return [commandId, await device.waitFor(matching(systemTopic(device)), answerDeadlineMs, from)];
}

/** Stock firmware does not repeat the id in its answer. */
const answer = (device: ScriptedDevice, command: string, fields: JsonObject): Promise<void> =>
  device.publish('system/command/response', { command, esp_id: device.id, ts: unixSeconds(), seq: 91, ...fields });

overBothBrokers('Maintenance', (stage) => {
  test('status goes out in lower case and ends with what the device answers', { timeout: testDeadlineMs }, async () => {
    const device = await stage().adoptDevice();

    const [commandId, message] = await ask(stage(), device, { command: 'status' });
    expect(message).toMatchObject({ qos: 2, retain: false });
    expect(jsonOf(message)).toMatchObject({ command: 'status' });
    await answer(device, 'status', { success: true, uptime: 4_711, heap_free: 150_112 });

    const ended = await stage().client.commandWhen(commandId, ['applied']);
    expect(ended).toMatchObject({ kind: 'system', command: 'status', result: { uptime: 4_711 } });
  });

  test('a command that the device does not know fails with its words', { timeout: testDeadlineMs }, async () => {
    const device = await stage().adoptDevice();

    const [commandId] = await ask(stage(), device, { command: 'diagnostics' });
    await answer(device, 'diagnostics', { success: false, error: 'Unknown command' });

    const ended = await stage().client.commandWhen(commandId, ['failed', 'rejected']);
    expect(JSON.stringify(ended)).toContain('Unknown command');
  });

  test('a factory reset carries its confirmation at the top level', { timeout: testDeadlineMs }, async () => {
    const device = await stage().adoptDevice();

    const [commandId, message] = await ask(stage(), device, { command: 'factory_reset', params: { confirm: true } });
    expect(jsonOf(message)).toMatchObject({ command: 'factory_reset', confirm: true });
    await device.publish('system/command/response', { status: 'factory_reset_initiated', esp_id: device.id, seq: 92 });

    await stage().client.commandWhen(commandId, ['applied']);
  });

  test('reboot and identify are sent only to devices that announce them', { timeout: testDeadlineMs }, async () => {
    const stock = await stage().adoptDevice();
    for (const command of ['reboot', 'identify']) {
      const refusal = await stage().console.api('POST', `/devices/${stock.id}/system`, { command });
      expect(refusal).toMatchObject({ status: 409, body: { error: { code: 'unsupported' } } });
    }
    await stage().settle(stock);
    expect(stock.received.all(matching(systemTopic(stock)))).toEqual([]);

    const able = await stage().adoptDevice();
    await stage().beat(able, 'online', { capabilities: ['reboot', 'identify'] });
    const [, message] = await ask(stage(), able, { command: 'identify' });
    expect(jsonOf(message)).toMatchObject({ command: 'identify', correlation_id: expect.any(String) as string });
  });

  test('a stop token for a device appears in no command, event or answer', { timeout: testDeadlineMs }, async () => {
    const device = await stage().adoptDevice();
    const params = { token: 'secret-of-the-plant', token_type: 'esp' };

    const [commandId, message] = await ask(stage(), device, { command: 'set_emergency_token', params });
    expect(message.payload.toString('utf8')).toContain('secret-of-the-plant');
    await answer(device, 'set_emergency_token', { success: true, token_type: 'esp', message: 'stored' });

    const ended = await stage().client.commandWhen(commandId, ['applied']);
    const events = await stage().client.call('GET', `/events?deviceId=${device.id}`);
    const list = await stage().client.call('GET', `/commands?deviceId=${device.id}`);
    expect(JSON.stringify([ended, events, list])).not.toContain('secret-of-the-plant');
  });
});

overBothBrokers('Traces and figures', (stage) => {
  test('all that follows from one call carries one trace id in the journal', { timeout: testDeadlineMs }, async () => {
    const device = await stage().adoptWithActuator(18);
    const { commandId } = await stage().client.sendCommand(device.id, 18, { command: 'ON' });
    const { traceId } = await stage().client.commandWhen(commandId, ['applied']);
    expect(traceId).toEqual(expect.any(String));

    const { items } = await until(
      async () => {
        const page = await stage().client.call<Page<EventAnswer>>('GET', `/events?traceId=${String(traceId)}`);
        return page.items.some(({ kind }) => kind === 'command.applied') ? page : undefined;
      },
      answerDeadlineMs,
      'the end of the command to be journaled',
    );

    expect(items.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['command.sent', 'command.applied']));
    expect(new Set(items.map((each) => each.traceId))).toEqual(new Set([traceId]));
    expect(new Set(items.map(({ deviceId }) => deviceId))).toEqual(new Set([device.id]));
  });

  test('the figures come as JSON and as text for Prometheus', { timeout: testDeadlineMs }, async () => {
    const device = await stage().adoptDevice();
    await stage().settle(device);

    const json = await stage().client.call<{
      counters: Record<string, number>;
      messages: { direction: string; count: number; p95Ms: number | null }[];
    }>('GET', '/metrics');

    expect(json.counters['received']).toBeGreaterThan(0);
    expect(json.messages.some(({ direction, count }) => direction === 'in' && count > 0)).toBe(true);
    expect(json.messages.some(({ direction, count }) => direction === 'out' && count > 0)).toBe(true);
    const response = await fetch(`${stage().console.url.replace(/\/$/, '')}/api/v1/metrics`, {
      headers: { Authorization: `Bearer ${stage().console.token}`, Accept: 'text/plain' },
    });
    const text = await response.text();
    expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(text).toMatch(/^# TYPE leitstand_\w+ counter$/m);
    expect(text).toMatch(/^leitstand_messages_received_total \d+$/m);
  });
});
