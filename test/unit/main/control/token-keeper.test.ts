import { describe, expect, it } from 'vitest';
import { systemResponse } from '../../../../src/shared/wire/messages/command-response';
import { A, B, OPERATOR, openCore, type Core } from '../devices/core-bench';
import { get, outcome } from './command-bench';

const TOKEN = 'hunter2-hunter2';
function setToken(core: Core, params: Record<string, string> = {}, token = TOKEN): string {
  const result = core.control.system(A, { command: 'set_emergency_token', params: { token, ...params } }, OPERATOR);
  if (!result.ok) throw new Error(result.error.message);
  return result.value.id;
}
const answer = (core: Core, fields: Record<string, unknown>, from = A) =>
  core.control.systemAnswered(
    from,
    systemResponse.schema.parse({ command: 'set_emergency_token', success: true, ...fields }),
  );
/** Everything that is stored of this profile, as text. */
const stored = (core: Core): string => {
  core.store.batch.flush();
  const tables = ['commands', 'journal', 'devices', 'operations', 'outbox', 'settings', 'stops'];
  return JSON.stringify(tables.map((table) => core.store.plant.prepare(`SELECT * FROM ${table}`).all()));
};

describe('a new stop token', () => {
  it('goes to the device and is handed on once the device has taken it over', () => {
    const core = openCore();
    core.approved(A);
    const id = setToken(core);
    expect(core.connection.to('/system/command')[0]?.payload).toEqual({
      command: 'set_emergency_token',
      token: TOKEN,
      token_type: 'esp',
      correlation_id: id,
    });
    expect(core.tokensSet).toEqual([]);
    answer(core, { token_type: 'esp', message: 'stored' });
    answer(core, { token_type: 'esp', message: 'stored', correlation_id: id });
    outcome(core, id, 'applied');
    expect(core.tokensSet).toEqual([[A, TOKEN, 'esp']]);
    expect(get(core, id)).toMatchObject({
      state: 'applied',
      message: 'stored',
      params: { token: '***', token_type: 'esp' },
      result: { token_type: 'esp' },
    });
  });

  it('is handed on with its type, by outcome, and also when the device answers after the time-out', () => {
    const core = openCore();
    core.approved(A);
    const byOutcome = setToken(core, { token_type: 'broadcast' });
    outcome(core, byOutcome, 'applied');
    const late = setToken(core);
    core.clock.advance(30_000);
    expect(core.tokensSet).toEqual([[A, TOKEN, 'broadcast']]);
    answer(core, { correlation_id: late });
    expect(core.tokensSet).toEqual([
      [A, TOKEN, 'broadcast'],
      [A, TOKEN, 'esp'],
    ]);
  });

  it('is not handed on when the device refuses it, first refuses it, or when another device answers', () => {
    const core = openCore();
    core.approved(A);
    core.approved(B);
    const id = setToken(core);
    answer(core, { correlation_id: id }, B);
    outcome(core, id, 'accepted');
    answer(core, { correlation_id: id, success: false, error: 'too short' });
    outcome(core, id, 'applied');
    expect([core.tokensSet, get(core, id)]).toMatchObject([
      [],
      { state: 'failed', message: 'too short', conflict: true },
    ]);
  });

  it('stands in no record, whatever the device says', () => {
    const core = openCore();
    core.approved(A);
    const id = setToken(core);
    outcome(core, id, 'accepted', { code: 'COMMAND_ACCEPTED', reason: `took ${TOKEN}` });
    answer(core, {
      correlation_id: id,
      message: `token ${TOKEN} stored, was not ${TOKEN}`,
      reason_code: TOKEN,
      token: TOKEN,
      new_token: TOKEN,
      token_type: TOKEN,
    });
    outcome(core, id, 'applied', { code: `X_${TOKEN}`, reason: `stored ${TOKEN}` });
    const other = setToken(core);
    outcome(core, other, 'rejected', { code: 'UNAUTHORIZED', reason: TOKEN });
    core.control.system(A, { command: 'set_emergency_token', params: { token: TOKEN, token_type: 'all' } }, OPERATOR);
    expect(get(core, id)).toMatchObject({ state: 'applied', message: 'token *** stored, was not ***', code: 'X_***' });
    expect(get(core, id).result).toBeUndefined();
    expect(stored(core) + JSON.stringify(core.entries)).not.toContain(TOKEN);
  });

  it('stands in no record of a late answer after a restart either, whose words are dropped', () => {
    const core = openCore();
    core.approved(A);
    const id = setToken(core);
    const again = core.restart();
    answer(again, { correlation_id: id, message: `stored ${TOKEN}`, hint: TOKEN });
    expect(get(again, id).history).toMatchObject([
      { event: 'sent' },
      { event: 'timeout' },
      { event: 'response_applied', late: true },
    ]);
    expect(stored(again)).not.toContain(TOKEN);
    expect(again.tokensSet).toEqual([]);
  });

  it('is remembered for late answers up to a hundred commands back', () => {
    const core = openCore();
    core.approved(A);
    const ids = Array.from({ length: 101 }, (_, index) => setToken(core, {}, `token-${index}`));
    core.clock.advance(30_000);
    answer(core, { correlation_id: ids[0] });
    answer(core, { correlation_id: ids[1] });
    expect(core.tokensSet).toEqual([[A, 'token-1', 'esp']]);
  });
});
