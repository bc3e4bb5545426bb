import { describe, expect, it } from 'vitest';
import type { DeviceId } from '../../../../src/shared/domain/ids';
import { A, B, openCore, type Core } from '../devices/core-bench';

function begin(core: Core, id: DeviceId = A): string {
  const result = core.operations.begin('config', id);
  if (!result.ok) throw new Error(result.error.message);
  return result.value.id;
}

describe('Operations', () => {
  it('work on one change of a device at a time', () => {
    const core = openCore();
    const first = begin(core);
    expect(core.operations.begin('zone_assign', A)).toMatchObject({
      ok: false,
      error: { code: 'busy', retryable: true },
    });
    begin(core, B);
    core.operations.finish(first, 'confirmed');
    expect([core.operations.isBusy(A), core.operations.isBusy(B), core.operations.begin('zone_remove', A).ok]).toEqual([
      false,
      true,
      true,
    ]);
  });

  it('end once, with a reason when there is one', () => {
    const core = openCore();
    const startedAt = core.clock.iso;
    const id = begin(core);
    core.clock.advance(500);
    const finishedAt = core.clock.iso;
    core.operations.finish(id, 'failed', 'no');
    core.operations.finish(id, 'confirmed');
    core.operations.finish('other', 'confirmed');
    expect(core.operations.get(id)).toEqual({
      ok: true,
      value: { id, kind: 'config', deviceId: A, state: 'failed', reason: 'no', startedAt, finishedAt },
    });
  });

  it('are found again after a restart; what was open ended with it', () => {
    const core = openCore();
    const done = begin(core, B);
    core.operations.finish(done, 'confirmed');
    const open = begin(core);
    const again = core.restart();
    expect(again.operations.list()).toMatchObject([{ id: open, state: 'timeout', finishedAt: core.clock.iso }]);
    expect([again.operations.get(done), again.operations.isBusy(A)]).toMatchObject([
      { ok: true, value: { state: 'confirmed' } },
      false,
    ]);
    expect(again.restart().operations.list()).toEqual([]);
  });

  it('keep the last two hundred in memory and the others in the store', () => {
    const core = openCore();
    const ids = Array.from({ length: 250 }, () => {
      const id = begin(core);
      core.operations.finish(id, 'confirmed');
      return id;
    });
    core.store.batch.flush();
    expect([core.operations.list().length, core.operations.get(ids[0] ?? '').ok]).toEqual([200, true]);
  });

  it('keep one that is still open, however many follow', () => {
    const core = openCore();
    const open = begin(core, B);
    for (let count = 0; count < 250; count += 1) core.operations.finish(begin(core), 'confirmed');
    expect(core.operations.list()[0]).toMatchObject({ id: open, state: 'pending' });
  });

  it('that do not exist are not found', () => {
    expect(openCore().operations.get('x')).toMatchObject({ ok: false, error: { code: 'not_found' } });
  });
});
