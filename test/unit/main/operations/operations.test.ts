import { describe, expect, it } from 'vitest';
import { MAX_WAITING, type Ending } from '../../../../src/main/operations/operations';
import { OutboxStore } from '../../../../src/main/operations/outbox-store';
import type { PendingChange } from '../../../../src/main/operations/pending-change';
import type { OperationKind, OperationView } from '../../../../src/shared/api/operations';
import type { DeviceId } from '../../../../src/shared/domain/ids';
import { A, B, OPERATOR, beat, found, openCore, type Core } from '../devices/core-bench';

const replaced = 'A newer change of the same kind took its place before the device got it.';

/** The core with an executor for configurations that only records what it is given, and the ends told to the rooms. */
function open(core: Core = openCore()) {
  const sent: PendingChange[] = [];
  const ends: [Ending, OperationView][] = [];
  core.operations.executor('config', (change) => void sent.push(change));
  core.operations.onEnd((operation, ending) => void ends.push([ending, operation]));
  const ask = (slot = 'config', id: DeviceId = A, body: unknown = slot) =>
    core.operations.submit({ deviceId: id, slot, kind: 'config', body, by: OPERATOR, subject: slot }).id;
  const view = (id: string) => {
    const result = core.operations.get(id);
    if (!result.ok) throw new Error(result.error.message);
    return result.value;
  };
  const slots = () => sent.map(({ slot }) => slot);
  return { core, sent, ends, ask, view, slots };
}

describe('A change', () => {
  it('is sent at once to a device that is there and free, and ends once', () => {
    const { core, sent, ask, view } = open();
    core.approved(A);
    const startedAt = core.clock.iso;
    const id = ask('config', A, { sensors: [] });
    const pending = { id, kind: 'config', deviceId: A, subject: 'config', by: OPERATOR, state: 'pending', startedAt };
    expect(view(id)).toEqual({ ...pending, sentAt: startedAt });
    expect(sent).toEqual([
      { operationId: id, deviceId: A, slot: 'config', kind: 'config', body: { sensors: [] }, at: core.clock.now() },
    ]);
    core.clock.advance(500);
    core.operations.finish(id, 'failed', 'no');
    core.operations.finish(id, 'confirmed');
    core.operations.finish('other', 'confirmed');
    expect(view(id)).toEqual({
      ...pending,
      sentAt: startedAt,
      state: 'failed',
      reason: 'no',
      finishedAt: core.clock.iso,
    });
  });

  it('waits while the device works on another one; other devices are not concerned', () => {
    const { core, ask, view, slots } = open();
    core.approved(A);
    core.approved(B);
    const first = ask('one');
    const second = ask('two');
    ask('three', B);
    expect([slots(), view(second).waitingFor, view(second).sentAt]).toEqual([['one', 'three'], 'turn', undefined]);
    core.operations.finish(first, 'confirmed');
    expect([slots(), view(second).waitingFor]).toEqual([['one', 'three', 'two'], undefined]);
  });

  it('waits for a device that is not there, and is sent when it comes', () => {
    const { core, ask, view, slots } = open();
    core.approved(A);
    core.devices.brokerLost();
    const first = ask('one');
    const second = ask('two');
    expect([slots(), view(first).waitingFor, view(second).waitingFor]).toEqual([[], 'device', 'device']);
    core.devices.heartbeat(A, beat());
    expect([slots(), view(second).waitingFor]).toEqual([['one'], 'turn']);
  });

  it('says that it waits for the device when it goes while others wait for their turn', () => {
    const { core, ask, view } = open();
    core.approved(A);
    const ids = ['one', 'two', 'three'].map((slot) => ask(slot));
    core.devices.brokerLost();
    core.operations.finish(found(ids[0]), 'timeout');
    core.clock.advance(5_000);
    expect(ids.slice(1).map((id) => view(id).waitingFor)).toEqual(['device', 'device']);
  });

  it('waits for a device that is not approved', () => {
    const { core, ask, slots } = open();
    core.devices.heartbeat(A, beat());
    ask();
    expect(slots()).toEqual([]);
    core.devices.approve(A, undefined, OPERATOR);
    expect(slots()).toEqual(['config']);
  });

  it('of an unknown kind fails with a sentence', () => {
    const { core, view } = open();
    core.approved(A);
    const kind = 'mystery' as OperationKind;
    const { id } = core.operations.submit({ deviceId: A, slot: 'x', kind, body: null });
    expect(view(id)).toMatchObject({
      state: 'failed',
      reason: 'This console does not know how to send such a change.',
    });
  });

  it('whose sending breaks fails and frees its device; the error is not swallowed', () => {
    const { core, ask, slots, ends } = open();
    core.approved(A);
    core.operations.executor('zone_remove', () => {
      throw new Error('bug');
    });
    expect(() => core.operations.submit({ deviceId: A, slot: 'zone', kind: 'zone_remove', body: null })).toThrow('bug');
    expect(ends).toMatchObject([
      ['broken', { state: 'failed', reason: 'The console could not send it. Its log tells more.' }],
    ]);
    ask();
    expect(slots()).toEqual(['config']);
  });
});

describe('The newest change of a device and slot', () => {
  it('takes the place of one that waits: the older one fails with the reason, later ones stay behind', () => {
    const { core, ask, view, ends, sent } = open();
    const older = ask('zone', A, 'old');
    ask('subzone:bed');
    const newer = ask('zone', A, 'new');
    ask('zone', B, 'of another device');
    expect(view(older)).toMatchObject({ state: 'failed', reason: replaced, finishedAt: core.clock.iso });
    expect(ends).toMatchObject([['replaced', { id: older }]]);
    core.operations.executor('config', (change) => {
      sent.push(change);
      core.operations.finish(change.operationId, 'confirmed');
    });
    core.approved(A);
    expect(sent.map(({ body, operationId }) => [body, operationId === newer])).toEqual([
      ['new', true],
      ['subzone:bed', false],
    ]);
  });

  it('waits behind one that the device works on', () => {
    const { core, ask, ends, sent } = open();
    core.approved(A);
    const first = ask('zone', A, 'first');
    const second = ask('zone', A, 'second');
    ask('zone', A, 'third');
    expect(ends).toMatchObject([['replaced', { id: second }]]);
    expect([core.operations.isOvertaken(first), core.operations.waiting(A, 'zone')?.body]).toEqual([true, 'third']);
    core.operations.finish(first, 'confirmed');
    expect(sent.map(({ body }) => body)).toEqual(['first', 'third']);
    expect(core.operations.waiting(A, 'zone')).toBeUndefined();
  });

  it('is kept over a restart, in its place; also behind one that was under way', () => {
    const { core, ask } = open();
    core.approved(A);
    const active = ask('zone', A, 'active');
    ask('two', A, 'old');
    ask('three');
    ask('two', A, 'new');
    ask('zone', A, 'newest');
    const again = open(core.restart());
    expect(again.view(active)).toMatchObject({ state: 'failed', reason: replaced });
    again.core.operations.executor('config', (change) => {
      again.sent.push(change);
      again.core.operations.finish(change.operationId, 'confirmed');
    });
    again.core.devices.heartbeat(A, beat());
    expect(again.sent.map(({ body }) => body)).toEqual(['new', 'three', 'newest']);
  });
});

describe('Over a restart of the console', () => {
  it('a change that waits keeps its id and is sent', () => {
    const { core, ask } = open();
    const id = ask('config', A, { sensors: [1] });
    const before = core.operations.get(id);
    const { core: later, sent, view } = open(core.restart());
    expect({ ok: true, value: view(id) }).toEqual(before);
    expect(later.counters.outboxDepth).toBe(1);
    later.approved(A);
    expect(sent).toMatchObject([{ operationId: id, body: { sensors: [1] } }]);
  });

  it('a change that was sent and not answered is sent again under its id', () => {
    const { core, ask, slots } = open();
    core.approved(A);
    const id = ask();
    expect(slots()).toEqual(['config']);
    const { core: later, sent, view } = open(core.restart());
    expect(view(id)).toMatchObject({ state: 'pending', waitingFor: 'device' });
    later.devices.heartbeat(A, beat());
    expect(sent.map(({ operationId }) => operationId)).toEqual([id]);
    later.operations.finish(id, 'confirmed');
    const last = later.restart();
    expect([last.operations.outbox(), last.operations.list(), last.operations.get(id)]).toMatchObject([
      [],
      [],
      { ok: true, value: { state: 'confirmed' } },
    ]);
  });

  it('an operation without its change ends, and a change without its operation is dropped', () => {
    const { core, ask } = open();
    const lost = ask('config');
    const kept = ask('config', B);
    core.store.batch.flush();
    core.store.plant.prepare('DELETE FROM outbox WHERE operation_id = ?').run(lost);
    core.store.plant.prepare('DELETE FROM operations WHERE id = ?').run(kept);
    const { core: later, view } = open(core.restart());
    expect(view(lost)).toMatchObject({
      state: 'timeout',
      reason: 'The console was restarted before the device answered.',
    });
    expect([later.operations.outbox(), later.operations.get(kept).ok]).toEqual([[], false]);
    later.store.batch.flush();
    expect(new OutboxStore(later.store.plant).all()).toEqual([]);
  });
});

describe('The outbox', () => {
  it('gives the oldest up when too many wait, counts it and tells its room', () => {
    const { core, ask, view, ends } = open();
    const ids = Array.from({ length: MAX_WAITING }, (_, index) => ask(`slot ${index}`));
    expect([core.counters.outboxDepth, core.counters.bufferDropped, ends]).toEqual([MAX_WAITING, 0, []]);
    ask('one more', B);
    expect([core.counters.outboxDepth, core.counters.bufferDropped]).toEqual([MAX_WAITING, 1]);
    expect(ends).toMatchObject([['dropped', { id: ids[0], subject: 'slot 0', deviceId: A }]]);
    expect(view(found(ids[0])).reason).toBe(
      'More than 1000 changes wait for their devices, so the oldest was given up. Ask for it again.',
    );
    expect(core.operations.outbox()[0]?.id).toBe(ids[1]);
  });

  it('does not give up what a device works on', () => {
    const { core, ask, ends } = open();
    core.approved(B);
    const active = ask('first', B);
    const ids = Array.from({ length: MAX_WAITING }, (_, index) => ask(`slot ${index}`));
    expect([ends.map(([, { id }]) => id), core.operations.outbox()[0]?.id]).toEqual([[ids[0]], active]);
  });

  it('asks once per device whether it is there, however much waits', () => {
    const { core, ask } = open();
    for (let device = 0; device < 200; device += 1)
      for (const slot of ['zone', 'config', 'subzone:a', 'subzone:b', 'subzone:c'])
        ask(slot, `ESP_${device}` as DeviceId);
    expect(core.counters.outboxDepth).toBe(MAX_WAITING);
    const told = core.told.length;
    let asked = 0;
    const { registry } = core;
    const get = registry.get.bind(registry);
    registry.get = (id) => {
      asked += 1;
      return get(id);
    };
    core.clock.advance(5_000);
    expect([asked, core.told.length]).toEqual([200, told]);
  });

  it('sends a thousand changes of one device whose sending fails at once, one after the other', () => {
    const { core, ask } = open();
    const order: string[] = [];
    core.operations.executor('config', ({ operationId, slot }) => {
      order.push(slot);
      core.operations.finish(operationId, 'failed', 'no');
    });
    const slots = Array.from({ length: MAX_WAITING }, (_, index) => `slot ${index}`);
    for (const slot of slots) ask(slot);
    core.approved(A);
    expect([order, core.operations.outbox(), core.counters.outboxDepth]).toEqual([slots, [], 0]);
  });

  it('keeps the last two hundred ended ones in memory and the others in the store, and all that are open', () => {
    const { core, ask } = open();
    core.approved(A);
    const open200 = ask('config', B);
    const ids = Array.from({ length: 250 }, () => {
      const id = ask();
      core.operations.finish(id, 'confirmed');
      return id;
    });
    core.store.batch.flush();
    expect([core.operations.list().length, core.operations.get(found(ids[0])).ok]).toEqual([201, true]);
    expect(core.operations.outbox()).toMatchObject([{ id: open200, state: 'pending' }]);
  });

  it('does not find an operation that never was', () => {
    expect(openCore().operations.get('x')).toMatchObject({ ok: false, error: { code: 'not_found' } });
  });
});

describe('A change that the broker does not take', () => {
  it('waits in front of the others and is tried again every five seconds', () => {
    const { core, ask, view } = open();
    core.approved(A);
    const tries: string[] = [];
    let isRefusing = true;
    core.operations.executor('config', ({ operationId, slot }) => {
      tries.push(slot);
      if (isRefusing) core.operations.postpone(operationId);
    });
    const first = ask('one');
    ask('two');
    expect([tries, view(first)]).toMatchObject([['one', 'one'], { state: 'pending', waitingFor: 'device' }]);
    expect(view(first).sentAt).toBeUndefined();
    core.clock.advance(4_999);
    expect(tries).toHaveLength(2);
    isRefusing = false;
    core.clock.advance(1);
    expect(tries).toEqual(['one', 'one', 'one']);
    core.operations.finish(first, 'confirmed');
    expect(tries.at(-1)).toBe('two');
  });

  it('is given up when a newer one of its slot waits', () => {
    const { core, ask, ends } = open();
    core.approved(A);
    const first = ask('zone');
    const second = ask('zone');
    core.operations.postpone(first);
    core.operations.postpone(second); // waits anyway
    core.operations.postpone('other');
    expect([ends, core.operations.outbox()]).toMatchObject([[['replaced', { id: first }]], [{ id: second }]]);
  });

  it('is not tried any more once the console stops', () => {
    const { core } = open();
    core.operations.stop();
    core.devices.stop();
    expect(core.clock.pending).toBe(0);
  });
});

describe('Withdrawing', () => {
  it('ends a change that was not sent, and tells its room', () => {
    const { core, ask, ends, view } = open();
    const id = ask();
    expect(core.operations.cancel(id)).toMatchObject({
      ok: true,
      value: { id, state: 'failed', reason: 'It was withdrawn before the device got it.' },
    });
    expect([ends, core.operations.has(A), view(id).waitingFor]).toMatchObject([
      [['cancelled', { id }]],
      false,
      undefined,
    ]);
    core.store.batch.flush();
    expect(new OutboxStore(core.store.plant).all()).toEqual([]);
  });

  it('is refused for what the device works on, and for what has ended', () => {
    const { core, ask } = open();
    core.approved(A);
    const id = ask();
    expect(core.operations.cancel(id)).toMatchObject({ ok: false, error: { code: 'busy', retryable: true } });
    core.operations.finish(id, 'confirmed');
    expect(core.operations.cancel(id)).toMatchObject({ ok: false, error: { code: 'not_found' } });
  });

  it('by a room ends what waits in a slot with its reason', () => {
    const { core, ask, ends } = open();
    const id = ask('subzone:bed');
    ask('zone');
    core.operations.withdraw(A, 'subzone:bed', 'The bed is gone.');
    core.operations.withdraw(A, 'subzone:other', 'Nothing waits there.');
    core.operations.withdraw(B, 'subzone:bed', 'Nobody is there.');
    expect(ends).toMatchObject([['withdrawn', { id, reason: 'The bed is gone.' }]]);
    expect([core.operations.has(A, 'zone'), core.operations.has(A, 'subzone:bed')]).toEqual([true, false]);
  });
});

describe('Removing a device', () => {
  it('ends all its changes, sends none of them and leaves those of others', () => {
    const { core, ask, slots, ends } = open();
    core.approved(A);
    ask('one');
    ask('two');
    const other = ask('three', B);
    core.devices.remove(A, OPERATOR);
    expect([slots(), ends.map(([ending, { subject }]) => [ending, subject])]).toEqual([
      ['one'],
      [
        ['forgotten', 'one'],
        ['forgotten', 'two'],
      ],
    ]);
    expect(core.operations.outbox()).toMatchObject([{ id: other }]);
    core.operations.removeDevice(A);
    expect([core.operations.has(A), core.operations.has(A, 'one'), core.operations.has(B)]).toEqual([
      false,
      false,
      true,
    ]);
  });
});
