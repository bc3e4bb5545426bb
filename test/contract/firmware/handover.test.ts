/*
 * Sections 2.3, 2.4 and 3.3: what each acknowledgement does to the device, which ones it refuses, and who may command it in which state.
 */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { firmwareOverBothBrokers, firmwareOverOneBroker } from '../../fakes/firmware-broker';
import { actuator, command, configure, drive, outcomeOf, push, responseTo, sensor } from '../../fakes/firmware-config';
import { FirmwareScene } from '../../fakes/firmware-scene';
import { jsonOf, type JsonObject } from '../../fakes/message-log';

const operational = 9;
const pendingApproval = 10;
const errorState = 14;

const sections = { actuators: [actuator('relay', 18)], sensors: [sensor('moisture', 34)] };

const stateIn = (beat: JsonObject): number => Number((beat['config_status'] as JsonObject)['state']);

async function nextBeat(scene: FirmwareScene): Promise<JsonObject> {
  const from = scene.mark();
  return jsonOf(await scene.heartbeat(from, 65_000));
}

/** Lets the device ask again and take the answer. */
async function beatAndSettle(scene: FirmwareScene): Promise<JsonObject> {
  const beat = await nextBeat(scene);
  await scene.quiet(500);
  return beat;
}

/** Whether the gate is open: an unregistered device refuses with REGISTRATION_PENDING. */
async function isRegistered(scene: FirmwareScene): Promise<boolean> {
  const answer = await responseTo(scene, await command(scene, 39, 'OFF'));
  return !String(answer['message']).includes('REGISTRATION_PENDING');
}

/** The newest value of a counter, from a heartbeat or the metrics beside it. */
function counter(scene: FirmwareScene, name: string): unknown {
  return scene
    .said(/^system\/heartbeat(_metrics)?$/)
    .map(({ json }) => json[name])
    .filter((value) => value !== undefined)
    .at(-1);
}

firmwareOverOneBroker('acknowledgements that break the contract', (broker) => {
  test.for<[string, JsonObject | string, string | undefined]>([
    ['without a status', { handover_epoch: 1 }, 'MISSING_ACK_STATUS'],
    ['without an epoch', { status: 'online' }, 'MISSING_HANDOVER_EPOCH'],
    ['with an epoch as text', { status: 'online', handover_epoch: '1' }, 'INVALID_HANDOVER_EPOCH_TYPE'],
    ['with an epoch 3.0', '{"status":"online","handover_epoch":3.0}', 'INVALID_HANDOVER_EPOCH_TYPE'],
    ['with an epoch beyond 32 bits', '{"status":"online","handover_epoch":4294967296}', 'INVALID_HANDOVER_EPOCH_TYPE'],
    ['with a negative epoch', '{"status":"online","handover_epoch":-1}', 'INVALID_HANDOVER_EPOCH_TYPE'],
    ['with epoch 0', { status: 'online', handover_epoch: 0 }, 'INVALID_HANDOVER_EPOCH'],
    ['that is no JSON', 'not json', undefined],
    ['that is a list', '[]', undefined],
  ])('%s leaves the gate closed and is counted', async ([, ack, reason]) => {
    await using scene = await FirmwareScene.open(broker(), { acknowledge: 'silent' });
    await scene.send('system/heartbeat/ack', typeof ack === 'string' ? ack : ack);
    await scene.quiet(200);
    expect(await isRegistered(scene)).toBe(false);
    // The counters may be told in a heartbeat or beside it, and beside it only once registered.
    scene.acknowledge = 'online';
    await scene.advance(70_000);
    expect(await isRegistered(scene)).toBe(true);
    if (reason === undefined) return;
    expect(counter(scene, 'handover_contract_last_reject')).toBe(reason);
    expect(counter(scene, 'handover_contract_reject_count')).toBe(1);
  });

  test('a device that is online takes any epoch from 1 to 2^32-1', async () => {
    await using scene = await FirmwareScene.open(broker(), {
      acknowledge: () => ({ status: 'online', handover_epoch: 4_294_967_295 }),
    });
    expect(await isRegistered(scene)).toBe(true);
  });

  test('an acknowledgement as long as the contract allows is taken: pending approval with the long session id', async () => {
    await using scene = await FirmwareScene.open(broker(), {
      acknowledge: (beat) => ({
        status: 'pending_approval',
        config_available: false,
        server_time: 1_777_012_401,
        handover_epoch: beat['active_handover_epoch'],
        ack_type: 'heartbeat',
        contract_version: 2,
        session_id: `${String(beat['esp_id'])}:handover:4294967295:1777012401`,
        error: `invalid_payload:${'d'.repeat(50)}`,
        reason_code: 'r'.repeat(300),
      }),
    });
    expect(await isRegistered(scene)).toBe(true);
    expect(stateIn(await nextBeat(scene))).toBe(pendingApproval);
  });

  test('after being offline only the announced epoch is taken; other ones are counted as a mismatch', async () => {
    await using scene = await FirmwareScene.open(broker());
    await configure(scene, sections);
    scene.tap.isRefusing = true;
    scene.tap.cut();
    await scene.advance(45_000);
    scene.acknowledge = 'silent';
    const from = scene.mark();
    scene.tap.isRefusing = false;
    await scene.heartbeat(from, 30_000);
    const announced = await scene.hearsJson('session/announce', {}, { from });
    expect(announced).toMatchObject({ handover_epoch: 2, session_epoch: 2, reason: 'reconnect' });

    await scene.send('system/heartbeat/ack', { status: 'online', handover_epoch: 1 });
    await scene.quiet(200);
    expect(await isRegistered(scene)).toBe(false);
    await scene.send('system/heartbeat/ack', { status: 'online', handover_epoch: 2 });
    await scene.quiet(200);
    expect(await isRegistered(scene)).toBe(true);
    scene.acknowledge = 'online';
    await scene.advance(70_000);
    expect(counter(scene, 'handover_contract_last_reject')).toBe('HANDOVER_EPOCH_MISMATCH');
    expect(counter(scene, 'handover_contract_reject_count')).toBe(1);
  });

  test(
    'a controller that hung for two minutes is taken again after it says it is online',
    { timeout: 90_000 },
    async () => {
      await using scene = await FirmwareScene.open(broker());
      await configure(scene, sections);
      scene.acknowledge = 'silent';
      await scene.advance(200_000); // 60 s to the next heartbeat, 120 s without an answer, and no grace left
      await scene.controller.serverStatus('online');
      scene.acknowledge = 'online';
      await scene.advance(70_000);
      await drive(scene, 18, 'ON');
    },
  );
});

firmwareOverBothBrokers('admission', (broker) => {
  test('a device that waits for approval takes its configuration and answers questions, but drives nothing', async () => {
    await using scene = await FirmwareScene.open(broker(), { acknowledge: 'pending_approval' });
    expect(stateIn(await nextBeat(scene))).toBe(pendingApproval);

    const id = randomUUID();
    const answer = await push(scene, sections, { correlation_id: id, intent_id: id });
    expect(answer.outcome).toMatchObject({ flow: 'config', outcome: 'persisted' });
    expect(await outcomeOf(scene, id, { outcome: 'accepted' })).toMatchObject({
      code: 'PENDING_APPROVAL_CONFIG_ACCEPTED',
    });

    const refused = await command(scene, 18, 'ON');
    expect(await responseTo(scene, refused)).toMatchObject({ success: false });
    expect(await outcomeOf(scene, refused.id)).toMatchObject({
      flow: 'command',
      outcome: 'rejected',
      code: 'PENDING_APPROVAL_BLOCKED',
    });
    expect(scene.node.duty(18) ?? 0).toBe(0);

    for (const name of ['status', 'diagnostics', 'get_config']) {
      await scene.send('system/command', { command: name, correlation_id: randomUUID() });
      await scene.hears('system/command/response', { command: name, success: true });
    }
    const from = scene.mark();
    await scene.send('system/command', { command: 'identify', correlation_id: randomUUID() });
    const blocked = await scene.hearsJson('system/command/response', { command: 'identify' }, { from });
    expect(blocked).toMatchObject({ success: false, error: 'PENDING_APPROVAL_BLOCKED' });

    const measure = randomUUID();
    await scene.send('sensor/34/command', {
      command: 'measure',
      request_id: measure,
      correlation_id: measure,
      intent_id: measure,
    });
    expect(await outcomeOf(scene, measure)).toMatchObject({ outcome: 'rejected', code: 'PENDING_APPROVAL_BLOCKED' });

    scene.acknowledge = 'approved';
    await beatAndSettle(scene);
    await drive(scene, 18, 'ON');
    expect(stateIn(await nextBeat(scene))).toBe(operational);
  });

  test('a rejected device goes into its error state, says so as 4200, and recovers when it is approved', async () => {
    await using scene = await FirmwareScene.open(broker(), { acknowledge: 'rejected' });
    expect(await scene.hearsJson('system/error', { error_code: 4200 })).toMatchObject({ error_code: 4200 });
    expect(await scene.hearsJson('system/intent_outcome', { flow: 'heartbeat' })).toMatchObject({
      outcome: 'rejected',
      code: 'HEARTBEAT_REJECTED',
    });
    expect(stateIn(await nextBeat(scene))).toBe(errorState);
    scene.acknowledge = 'online';
    await beatAndSettle(scene);
    expect(stateIn(await nextBeat(scene))).toBe(operational);
  });

  test.for<[string, JsonObject]>([
    ['upstream_deleted', { upstream_deleted: true }],
    ['delete_intent', { delete_intent: true }],
    ['a tombstone as reason', { reason_code: 'device_tombstone' }],
    ['a deletion as source', { revocation_source: 'upstream' }],
  ])('a rejection that hints at a deletion, by %s, is reported as UPSTREAM_DELETE_REVOKED', async ([, hint]) => {
    await using scene = await FirmwareScene.open(broker(), {
      acknowledge: () => ({ status: 'rejected', handover_epoch: 1, server_time: 1_777_013_000, ...hint }),
    });
    await scene.hears('system/intent_outcome', {
      flow: 'heartbeat',
      outcome: 'rejected',
      code: 'UPSTREAM_DELETE_REVOKED',
    });
  });

  test('an acknowledgement of an error only proves that the controller is there', async () => {
    await using scene = await FirmwareScene.open(broker(), { acknowledge: 'error' });
    expect(await isRegistered(scene)).toBe(true);
  });

  test('an unknown status opens the gate and does nothing else', async () => {
    await using scene = await FirmwareScene.open(broker());
    await configure(scene, sections);
    scene.acknowledge = () => ({ status: 'deleted', handover_epoch: 1, server_time: 1_777_013_000 });
    await beatAndSettle(scene);
    await drive(scene, 18, 'ON');
  });

  test('approval and state survive a power cycle', async () => {
    await using scene = await FirmwareScene.open(broker());
    await configure(scene, sections);
    await scene.advance(61_000);
    await scene.powerCycle();
    await scene.quiet(500);
    await drive(scene, 18, 'ON');
    expect(stateIn(await nextBeat(scene))).toBe(operational);
  });
});
