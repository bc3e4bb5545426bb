import { describe, expect, it } from 'vitest';
import { codeReference } from '../../../../../src/shared/wire/codes/code-reference';
import { codeTables, type CodeTable } from '../../../../../src/shared/wire/codes/code-tables';

describe('codeReference', () => {
  it.each([
    [
      'deviceError',
      '1015',
      { Name: 'I2C_BUS_STUCK', Severity: 'critical', Category: 'HARDWARE', Note: 'stock firmware does not send it' },
    ],
    ['deviceError', '1011', { Name: 'I2C_DEVICE_NOT_FOUND', Severity: 'error', Category: 'HARDWARE', Note: '' }],
    ['consoleError', '5104', { Name: 'CONNECTION_LOST', Severity: 'warning' }],
    ['outcome', 'QUEUE_FULL', { Meaning: 'rejected', 'Try again': 'yes' }],
    ['config', 'GPIO_CONFLICT', { Number: '1002', 'Try again': '' }],
    ['config', 'QUEUE_FULL', { Number: '', 'Try again': 'yes' }],
    ['measure', 'NONE', { Result: 'done', 'Try again': '' }],
    ['zone', 'CONFIG_LANE_BUSY', { Result: 'failed', 'Try again': 'yes' }],
    ['systemState', 'OPERATIONAL', { Number: '9', Severity: 'info' }],
    ['broadcast', 'FIELD_TYPE_COMMAND', { Class: 'critical_unknown', 'Device stops': '**yes**' }],
    ['broadcast', 'FIELD_TYPE_REASON', { Class: 'malformed', 'Device stops': 'no' }],
  ] as const)('describes %s %s', (table, code, facts) => {
    expect(codeReference[table].facts(code)).toEqual(facts);
  });

  it.each(Object.keys(codeTables) as CodeTable[])('gives every code of %s the same columns', (table) => {
    const { facts, title, where } = codeReference[table];
    const columns = Object.keys(codeTables[table]).map((code) => String(Object.keys(facts(code))));
    expect(new Set(columns).size).toBe(1);
    expect([title, where].filter((text) => text.trim() === '')).toEqual([]);
  });
});
