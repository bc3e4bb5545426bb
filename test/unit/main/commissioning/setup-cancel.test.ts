import { describe, expect, it, vi } from 'vitest';
import { CANCEL_WAIT_MS } from '../../../../src/main/commissioning/setup-service';
import { INPUT, NEW, OPERATOR, PARTITION, PORT, REPLACE, openSetups, settle } from './commissioning-bench';

describe('A setup that is cancelled', () => {
  it('in flashing, ends its flash job and takes back what was prepared', async () => {
    const { begin, flashing, provisioning, setups, calls, kinds } = openSetups();
    const id = await begin(PARTITION);
    await flashing.reachChip(PORT);
    expect(await setups.cancel(id)).toMatchObject({
      ok: true,
      value: { state: 'cancelled', error: { code: 'cancelled' } },
    });
    expect([calls, provisioning.prepared.size]).toEqual([[`flash ${PORT}`, 'prepare', 'cancel flash-1', 'undo'], 0]);
    expect(kinds()).toEqual(['setup.failed']);
  });

  it('while its settings are made, takes them back when they are there', async () => {
    const { begin, flashing, provisioning, setups, calls, view } = openSetups();
    const gate = Promise.withResolvers<void>();
    provisioning.preparing = gate.promise;
    const id = await begin(PARTITION);
    const reached = flashing.reachChip(PORT);
    await settle();
    const cancelled = setups.cancel(id);
    await settle();
    expect(view(id).state).toBe('flashing');
    gate.resolve();
    await reached;
    expect(await cancelled).toMatchObject({ value: { state: 'cancelled' } });
    expect([calls.at(-1), provisioning.prepared.size]).toEqual(['undo', 0]);
  });

  it('while its flash job is only being started, ends that job', async () => {
    const { setups, calls } = openSetups();
    const starting = setups.start(INPUT, OPERATOR);
    const [{ id } = { id: '' }] = setups.list();
    expect(await setups.cancel(id)).toMatchObject({ value: { state: 'cancelled' } });
    expect([await starting, calls]).toMatchObject([{ ok: true }, [`flash ${PORT}`, 'cancel flash-1']]);
  });

  it('between flash and provisioning, provisions no more', async () => {
    const { begin, flashing, setups, calls, ports, clock } = openSetups();
    const id = await begin();
    ports.unplug(PORT);
    flashing.finish(PORT);
    await settle();
    expect(await setups.cancel(id)).toMatchObject({ value: { state: 'cancelled', provisioning: null } });
    expect([calls, clock.pending, ports.listenerCount]).toEqual([[`flash ${PORT}`], 0, 1]);
  });

  it.each([INPUT, PARTITION])('in provisioning ($method), ends that', async (input) => {
    const { begin, flashing, setups, calls } = openSetups();
    const id = await begin(input);
    await flashing.reachChip(PORT);
    flashing.finish(PORT);
    await settle();
    expect(await setups.cancel(id)).toMatchObject({
      value: { state: 'cancelled', provisioning: { state: 'cancelled' } },
    });
    expect(calls.at(-1)).toBe('cancel provisioning-1');
  });

  it('in taking over, goes on, because half a move is worse', async () => {
    const { begin, flashing, provisioning, replacement, setups } = openSetups();
    const moving = Promise.withResolvers<{ ok: true; value: null }>();
    replacement.moved = moving.promise;
    const id = await begin(REPLACE);
    flashing.finish(PORT);
    await settle();
    provisioning.finish(NEW);
    await settle();
    expect(await setups.cancel(id)).toMatchObject({ ok: false, error: { code: 'conflict' } });
    moving.resolve({ ok: true, value: null });
    expect(await setups.whenEnded(id)).toMatchObject({ state: 'done' });
    expect(await setups.cancel(id)).toMatchObject({ ok: true, value: { state: 'done' } });
  });

  it('by a job that does not end, is answered in time with the state it is in', async () => {
    const { begin, flashing, setups, clock } = openSetups();
    const id = await begin();
    vi.spyOn(flashing, 'cancel').mockReturnValue(new Promise(() => undefined));
    const answer = setups.cancel(id);
    clock.advance(CANCEL_WAIT_MS);
    expect(await answer).toMatchObject({ ok: true, value: { state: 'flashing' } });
    expect(clock.pending).toBe(0);
  });

  it('by a job that cannot be ended, is logged and ends with the job', async () => {
    const { begin, flashing, setups, lines } = openSetups();
    const id = await begin();
    vi.spyOn(flashing, 'cancel').mockRejectedValue(new Error('a bug'));
    const answer = setups.cancel(id);
    flashing.finish(PORT);
    expect(await answer).toMatchObject({ value: { state: 'cancelled' } });
    expect(lines.map(({ msg }) => msg)).toEqual(['a part of a setup could not be ended']);
  });
});
