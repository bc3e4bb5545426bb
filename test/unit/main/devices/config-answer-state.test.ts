import { describe, expect, it } from 'vitest';
import { nextAnswer, unanswered, type Verdict } from '../../../../src/main/devices/config-answer-state';
import type { ConfigSectionName } from '../../../../src/shared/api/devices';
import { actuator, rule, sensor } from './config-bench';

const sent = { sensors: [sensor(4)], actuators: [actuator(25)], offlineRules: [rule(25, 4)] };

describe('a configuration whose outcome does not come', () => {
  it.each<[string, Record<ConfigSectionName, Verdict>, Verdict]>([
    [
      'has its rules confirmed behind sections that are fine',
      { sensors: 'confirmed', actuators: 'confirmed', offlineRules: 'open' },
      'confirmed',
    ],
    [
      'waits on while a section is unanswered',
      { sensors: 'confirmed', actuators: 'open', offlineRules: 'open' },
      'open',
    ],
    [
      'waits on behind a section that failed',
      { sensors: 'failed', actuators: 'confirmed', offlineRules: 'open' },
      'open',
    ],
    [
      'keeps what the device said about the rules',
      { sensors: 'confirmed', actuators: 'confirmed', offlineRules: 'failed' },
      'failed',
    ],
  ])('%s', (_name, verdicts, offlineRules) => {
    const state = { ...unanswered(sent, []), verdicts };
    expect(nextAnswer(state, { kind: 'no_outcome' }, sent)).toEqual({
      state: { ...state, verdicts: { ...verdicts, offlineRules } },
      retry: null,
    });
  });
});
