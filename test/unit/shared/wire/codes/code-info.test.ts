import { describe, expect, it } from 'vitest';
import {
  handoverCodeInfo,
  measureCodeInfo,
  subzoneCodeInfo,
  zoneCodeInfo,
} from '../../../../../src/shared/wire/codes/answer-codes';
import { broadcastDetailInfo, broadcastDetails } from '../../../../../src/shared/wire/codes/broadcast-contract';
import { configErrorInfo, configErrors } from '../../../../../src/shared/wire/codes/config-errors';
import { consoleErrorInfo } from '../../../../../src/shared/wire/codes/console-errors';
import { deviceErrorInfo, deviceErrors } from '../../../../../src/shared/wire/codes/device-errors';
import {
  alertInfo,
  readinessInfo,
  resetInfo,
  systemStateInfo,
  willInfo,
} from '../../../../../src/shared/wire/codes/event-words';
import { outcomeCodeInfo, outcomeCodes } from '../../../../../src/shared/wire/codes/outcome-codes';
import { systemStates } from '../../../../../src/shared/wire/messages/heartbeat';

const lookups: readonly [string, (code: string) => { readonly isKnown: boolean }][] = [
  ['device errors', (code) => deviceErrorInfo(code as unknown as number)],
  ['console errors', (code) => consoleErrorInfo(code as unknown as number)],
  ['outcome codes', outcomeCodeInfo],
  ['configuration errors', configErrorInfo],
  ['measure codes', measureCodeInfo],
  ['zone codes', zoneCodeInfo],
  ['subzone codes', subzoneCodeInfo],
  ['handover codes', handoverCodeInfo],
  ['alerts', alertInfo],
  ['wills', willInfo],
  ['resets', resetInfo],
  ['readiness decisions', readinessInfo],
  ['system states', systemStateInfo],
  ['broadcast details', broadcastDetailInfo],
];
const builtIns = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'prototype', 'length', ''];

describe.each(lookups)('the lookup of %s', (_name, lookUp) => {
  it.each(builtIns)('knows nothing of "%s" and does not throw', (code) => {
    expect(lookUp(code).isKnown).toBe(false);
  });
});

describe('deviceErrorInfo', () => {
  it.each([
    { code: 1011, name: 'I2C_DEVICE_NOT_FOUND', severity: 'error', category: 'HARDWARE', isUnused: false },
    { code: 1015, name: 'I2C_BUS_STUCK', severity: 'critical', category: 'HARDWARE', isUnused: true },
    { code: 2506, name: 'SUBZONE_CONFIG_SAVE_FAILED', severity: 'error', category: 'SERVICE', isUnused: false },
    {
      code: 3500,
      name: 'EMERGENCY_REJECTED_WRONG_TOKEN',
      severity: 'critical',
      category: 'COMMUNICATION',
      isUnused: false,
    },
    { code: 4051, name: 'SYSTEM_RESTART', severity: 'info', category: 'APPLICATION', isUnused: false },
  ])('of $code', (info) => {
    expect(deviceErrorInfo(info.code)).toEqual({ ...info, isKnown: true });
  });

  it.each([
    [1008, 'HARDWARE'],
    [2999, 'SERVICE'],
    [3999, 'COMMUNICATION'],
    [4999, 'APPLICATION'],
    [999, 'APPLICATION'],
    [6010, 'APPLICATION'],
    [-1, 'APPLICATION'],
    [Number.NaN, 'APPLICATION'],
  ])('of %f, which nobody knows, is an error named by its number', (code, category) => {
    const unknown = { severity: 'error', category, isUnused: false, isKnown: false };
    expect(deviceErrorInfo(code)).toEqual({ code, name: String(code), ...unknown });
  });

  it('has a name of its own for every code', () => {
    const names = Object.values(deviceErrors).map(([name]) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toHaveLength(120);
  });
});

describe('consoleErrorInfo', () => {
  it('knows the controller codes of MQTT', () => {
    expect(consoleErrorInfo(5104)).toEqual({ code: 5104, name: 'CONNECTION_LOST', severity: 'warning', isKnown: true });
    expect(consoleErrorInfo(5109)).toEqual({ code: 5109, name: '5109', severity: 'error', isKnown: false });
  });
});

describe('outcomeCodeInfo', () => {
  it.each([
    ['COMMAND_ACCEPTED', 'accepted', false],
    ['NONE', 'succeeded', false],
    ['EXECUTE_FAIL', 'failed', true],
    ['SAFETY_LOCKED', 'rejected', false],
    ['QUEUE_FULL', 'rejected', true],
    ['TTL_EXPIRED', 'expired', true],
    ['SAFETY_EPOCH_INVALIDATED', 'expired', false],
  ])('of %s is %s, retryable: %s', (code, meaning, isRetryable) => {
    expect(outcomeCodeInfo(code)).toEqual({ code, meaning, isRetryable, isKnown: true });
  });

  it('of an unknown code is a failure that nobody repeats blindly', () => {
    expect(outcomeCodeInfo('mystery')).toEqual({
      code: 'mystery',
      meaning: 'failed',
      isRetryable: false,
      isKnown: false,
    });
  });

  it('never calls a running or a finished order retryable', () => {
    const wrong = Object.keys(outcomeCodes)
      .map(outcomeCodeInfo)
      .filter(({ meaning, isRetryable }) => isRetryable && (meaning === 'accepted' || meaning === 'succeeded'));
    expect(wrong).toEqual([]);
  });
});

describe('configErrorInfo', () => {
  it.each([
    ['NONE', null, false, false],
    ['GPIO_CONFLICT', 1002, true, false],
    ['QUEUE_FULL', null, true, true],
  ])('of %s', (name, errorCode, isFailure, isRetryable) => {
    expect(configErrorInfo(name)).toEqual({ name, errorCode, isFailure, isRetryable, isKnown: true });
  });

  it('of an unknown name is a failure', () => {
    const unknown = { errorCode: null, isFailure: true, isRetryable: false, isKnown: false };
    expect(configErrorInfo('NEW_ERROR')).toEqual({ name: 'NEW_ERROR', ...unknown });
  });

  it('uses numbers that are device errors', () => {
    const numbers = Object.values(configErrors).flatMap(([code]) => (code === null ? [] : [code]));
    expect(numbers.filter((code) => !deviceErrorInfo(code).isKnown)).toEqual([]);
  });
});

describe('answer codes', () => {
  it('say whether the order failed and may be repeated', () => {
    const info = (code: string, isFailure: boolean, isRetryable: boolean) => ({
      code,
      isFailure,
      isRetryable,
      isKnown: true,
    });
    expect(measureCodeInfo('NONE')).toEqual(info('NONE', false, false));
    expect(measureCodeInfo('MEASURE_TIMEOUT')).toEqual(info('MEASURE_TIMEOUT', true, true));
    expect(zoneCodeInfo('CONFIG_LANE_BUSY')).toEqual(info('CONFIG_LANE_BUSY', true, true));
    expect(subzoneCodeInfo('SUBZONE_NOT_FOUND')).toEqual(info('SUBZONE_NOT_FOUND', true, false));
    expect(handoverCodeInfo('HANDOVER_EPOCH_MISMATCH')).toEqual(info('HANDOVER_EPOCH_MISMATCH', true, true));
    expect(zoneCodeInfo('NEW')).toEqual({ code: 'NEW', isFailure: true, isRetryable: false, isKnown: false });
  });
});

describe('event words', () => {
  it('have a severity; what is unknown is a warning', () => {
    expect(alertInfo('emergency_stop')).toEqual({ word: 'emergency_stop', severity: 'critical', isKnown: true });
    expect(willInfo('crash')).toEqual({ word: 'crash', severity: 'error', isKnown: true });
    expect(resetInfo('BROWNOUT')).toEqual({ word: 'BROWNOUT', severity: 'warning', isKnown: true });
    expect(readinessInfo('MISSING_SENSORS')).toEqual({ word: 'MISSING_SENSORS', severity: 'warning', isKnown: true });
    expect(systemStateInfo('SAFE_MODE')).toEqual({ word: 'SAFE_MODE', severity: 'warning', isKnown: true });
    expect(alertInfo('zzz')).toEqual({ word: 'zzz', severity: 'warning', isKnown: false });
  });

  it('cover every system state of the heartbeat', () => {
    expect(systemStates.filter((name) => !systemStateInfo(name).isKnown)).toEqual([]);
  });
});

describe('broadcastDetailInfo', () => {
  it('says that exactly three faults of a broadcast stop the device all the same', () => {
    const stopping = Object.keys(broadcastDetails).filter((code) => broadcastDetailInfo(code).isStop);
    expect(stopping).toEqual(['FIELD_TYPE_COMMAND', 'FIELD_TYPE_AUTH_TOKEN', 'CONFLICTING_COMMAND_FIELDS']);
  });

  it('never assumes a stop of what it does not know', () => {
    expect(broadcastDetailInfo('NEW')).toEqual({ code: 'NEW', kind: 'malformed', isStop: false, isKnown: false });
  });
});
