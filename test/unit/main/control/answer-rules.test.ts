import { describe, expect, it } from 'vitest';
import { systemAnswer } from '../../../../src/main/control/answer-rules';
import { pressureBlock } from '../../../../src/main/control/command-blocks-rules';
import { systemResponse } from '../../../../src/shared/wire/messages/command-response';
import { A, found, openCore } from '../devices/core-bench';

describe('an answer to a maintenance command', () => {
  it.each<[string, Record<string, unknown>, unknown]>([
    ['that does not say how it ended ends nothing', { command: 'status' }, null],
    [
      'ends it as applied',
      { command: 'safe_mode', success: true },
      { kind: 'ended', by: 'response', state: 'applied' },
    ],
  ])('%s', (_name, payload, event) => {
    expect(systemAnswer(systemResponse.schema.parse(payload))).toEqual(event);
  });
});

describe('a device whose publish queue fills up', () => {
  it('is not asked to measure, also when it has not said how full the queue is', () => {
    const core = openCore();
    core.approved(A);
    core.registry.warn(found(core.registry.get(A)), { code: 'queue_pressure', message: 'x' });
    expect(pressureBlock(found(core.registry.get(A)))).toMatchObject({
      code: 'busy',
      message: 'ESP_A cannot send as fast as it measures. Measure again when it has recovered.',
    });
  });
});
