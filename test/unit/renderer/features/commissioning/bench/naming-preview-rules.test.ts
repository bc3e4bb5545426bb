import { describe, expect, test } from 'vitest';
import {
  exampleName,
  isSameForAll,
  unknownPlaceholders,
} from '../../../../../../src/renderer/features/commissioning/bench/naming-preview-rules';
import { fillName } from '../../../../../../src/main/commissioning/naming-rules';
import { deviceIdSchema } from '../../../../../../src/shared/domain/ids';

const values = { number: 7, id: 'ESP_B2C3D4', mac: '7c:df:a1:b2:c3:d4', zone: 'Tomatoes' };

describe('The preview of names', () => {
  test.each([
    ['Node {n}', 'Node 7'],
    ['Node {n:3}', 'Node 007'],
    ['{zone} {n:2}', 'Tomatoes 07'],
    ['{id}', 'ESP_B2C3D4'],
    [' {mac} ', '7c:df:a1:b2:c3:d4'],
    ['{name} {id:3} {n:0}', '{name} {id:3} {n:0}'],
  ])('makes of %s what the console makes', (pattern, name) => {
    expect(exampleName(pattern, values)).toBe(name);
    expect(fillName(pattern, { ...values, id: deviceIdSchema.parse(values.id) })).toBe(name);
  });

  test('does not fill a zone that looks like a placeholder', () => {
    expect(exampleName('{zone}-{n}', { ...values, zone: '{id}' })).toBe('{id}-7');
  });

  test('points at braces that stay as they are', () => {
    expect(unknownPlaceholders('{n} {name} {id:3}')).toEqual(['{name}', '{id:3}']);
    expect(unknownPlaceholders('{n:3} {zone}')).toEqual([]);
  });

  test.each([
    ['Pump', true],
    ['{zone}', true],
    ['{zone} {n}', false],
    ['{id}', false],
    ['{mac}', false],
  ])('knows whether %s is the same for all boards', (pattern, isSame) => {
    expect(isSameForAll(pattern)).toBe(isSame);
  });
});
