import { describe, expect, it } from 'vitest';
import { withTrace } from '../../../../src/main/trace';
import { A, B, OPERATOR, openCore, type Core } from '../devices/core-bench';

function fill(core: Core, count: number): void {
  for (let index = 0; index < count; index += 1)
    core.journal.add({ kind: index % 2 === 0 ? 'even' : 'odd', message: `m${index}`, deviceId: index < 3 ? A : B });
  core.store.batch.flush();
}
const messages = (items: readonly { message: string }[]) => items.map(({ message }) => message);

describe('the journal', () => {
  it('tells who, what, when and about which device, at once and from the disk', () => {
    const core = openCore();
    core.journal.add({ kind: 'a.b', message: 'one', actor: OPERATOR, deviceId: A, details: { x: 1, nested: ['y'] } });
    core.journal.add({ kind: 'a.c', message: 'two' });
    core.store.batch.flush();
    const [newest, oldest] = core.journal.page({}).items;
    expect([newest, oldest]).toEqual([
      { id: newest?.id, at: core.clock.iso, kind: 'a.c', actor: 'system:console', message: 'two', details: {} },
      {
        id: oldest?.id,
        at: core.clock.iso,
        kind: 'a.b',
        deviceId: A,
        actor: OPERATOR,
        message: 'one',
        details: { x: 1, nested: ['y'] },
      },
    ]);
    expect(core.entries.toReversed()).toEqual([newest, oldest]);
  });

  it.each([
    ['UPDATE', "UPDATE journal SET message = 'forged'"],
    ['UPDATE of one column', 'UPDATE journal SET details = details'],
    ['DELETE', 'DELETE FROM journal'],
    [
      'REPLACE',
      "INSERT OR REPLACE INTO journal SELECT id, at, kind, device_id, actor, 'forged', details, trace_id FROM journal",
    ],
    [
      'UPSERT',
      "INSERT INTO journal SELECT * FROM journal WHERE true ON CONFLICT (id) DO UPDATE SET message = 'forged'",
    ],
  ])('cannot be altered by %s', (_name, sql) => {
    const core = openCore();
    fill(core, 2);
    const before = core.journal.page({}).items;
    expect(() => core.store.plant.exec(sql)).toThrow('the journal is append-only');
    expect(core.journal.page({}).items).toEqual(before);
  });

  it('pages from the newest to the oldest without losing or repeating an entry', () => {
    const core = openCore();
    fill(core, 7);
    const seen: string[] = [];
    const sizes: number[] = [];
    let cursor: string | undefined;
    do {
      const page = core.journal.page({ limit: 3, cursor });
      seen.push(...messages(page.items));
      sizes.push(page.items.length);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect([seen, sizes]).toEqual([
      ['m6', 'm5', 'm4', 'm3', 'm2', 'm1', 'm0'],
      [3, 3, 1],
    ]);
  });

  it('has no further page when the last one is exactly full', () => {
    const core = openCore();
    fill(core, 3);
    expect(core.journal.page({ limit: 3 })).not.toHaveProperty('nextCursor');
  });

  it('filters by kind, device and time, alone and together', () => {
    const core = openCore();
    fill(core, 5);
    core.clock.advance(1_000);
    const since = core.clock.iso;
    core.journal.add({ kind: 'even', message: 'late', deviceId: A });
    core.store.batch.flush();
    expect([
      messages(core.journal.page({ kind: 'odd' }).items),
      messages(core.journal.page({ deviceId: A }).items),
      messages(core.journal.page({ since }).items),
      messages(core.journal.page({ since, kind: 'odd' }).items),
      messages(core.journal.page({ deviceId: A, kind: 'even' }).items),
    ]).toEqual([['m3', 'm1'], ['late', 'm2', 'm1', 'm0'], ['late'], [], ['late', 'm2', 'm0']]);
  });

  it('joins what belongs to one trace, and nothing else', () => {
    const core = openCore();
    core.journal.add({ kind: 'k', message: 'before' });
    withTrace('t-1', () => {
      core.journal.add({ kind: 'k', message: 'click' });
      withTrace('t-2', () => core.journal.add({ kind: 'k', message: 'other' }));
      core.journal.add({ kind: 'm', message: 'answer', deviceId: A });
    });
    core.journal.add({ kind: 'k', message: 'after' });
    core.store.batch.flush();
    expect(core.journal.page({ traceId: 't-1' }).items.map(({ message, traceId }) => [message, traceId])).toEqual([
      ['answer', 't-1'],
      ['click', 't-1'],
    ]);
    expect([
      messages(core.journal.page({ traceId: 't-1', kind: 'm' }).items),
      messages(core.journal.page({ traceId: 't-3' }).items),
      core.journal.page({}).items.map(({ traceId }) => traceId),
      core.entries.map(({ traceId }) => traceId),
    ]).toEqual([
      ['answer'],
      [],
      [undefined, 't-1', 't-2', 't-1', undefined],
      [undefined, 't-1', 't-2', 't-1', undefined],
    ]);
  });

  it('gives a hundred entries when nobody asks for more, and to a first screen', () => {
    const core = openCore();
    fill(core, 120);
    expect([
      core.journal.page({}).items.length,
      core.journal.recent().length,
      core.journal.recent()[0]?.message,
    ]).toEqual([100, 100, 'm119']);
  });

  it('keeps its order when the wall clock goes back', () => {
    const core = openCore();
    core.journal.add({ kind: 'k', message: 'before' });
    core.clock.jump(-3_600_000);
    core.journal.add({ kind: 'k', message: 'after' });
    core.store.batch.flush();
    expect(messages(core.journal.page({}).items)).toEqual(['after', 'before']);
  });

  it('stays on the disk over a restart', () => {
    const core = openCore();
    fill(core, 2);
    expect(messages(core.restart().journal.recent())).toEqual(['m1', 'm0']);
  });
});
