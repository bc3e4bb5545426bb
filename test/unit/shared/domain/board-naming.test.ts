import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fillName,
  isSameForAll,
  MAX_NAME_LENGTH,
  unknownPlaceholders,
  usesChip,
  usesNumber,
} from '../../../../src/shared/domain/board-naming';

const values = { number: 7, id: 'ESP_010203', mac: '84:f7:03:01:02:03', zone: 'Tent' };

describe('A name from a template', () => {
  it.each([
    ['{id}', 'ESP_010203'],
    ['Node {n}', 'Node 7'],
    ['Node {n:3}', 'Node 007'],
    ['{n:1}{n:9}', '7000000007'],
    ['{zone} {mac}', 'Tent 84:f7:03:01:02:03'],
    ['{n:0} {n:10} {x} {} {N}', '{n:0} {n:10} {x} {} {N}'],
    ['  Pump  ', 'Pump'],
    ['plain', 'plain'],
  ])('%j is %j', (template, name) => {
    expect(fillName(template, values)).toBe(name);
  });

  it('keeps the placeholders of what is not known yet', () => {
    expect(fillName('{zone} {id} {mac}', { ...values, id: null, mac: null })).toBe('Tent {id} {mac}');
  });

  it('is filled once: a zone called like a placeholder stays what it is', () => {
    expect(fillName('{zone}', { ...values, zone: '{id}$&' })).toBe('{id}$&');
  });

  it('becomes the id when nothing is left of it', () => {
    expect([
      fillName('{zone}', { ...values, zone: '' }),
      fillName('{zone}', { ...values, zone: '', id: null }),
    ]).toEqual(['ESP_010203', '']);
  });

  it('is cut between characters, never within one', () => {
    const emoji = '🌱';
    expect(fillName(`a${emoji.repeat(40)}`, values)).toBe(`a${emoji.repeat(31)}`);
  });

  it('is always a name that the API takes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 64 }), fc.string({ maxLength: 64 }), (template, zone) => {
        const name = fillName(template, { ...values, zone });
        expect(name.trim()).toBe(name);
        expect(name.length).toBeGreaterThan(0);
        expect(name.length).toBeLessThanOrEqual(MAX_NAME_LENGTH);
      }),
    );
  });

  it('says what it needs', () => {
    const needs = (template: string) => [usesNumber(template), usesChip(template)];
    expect(['{n} {zone}', '{n:2}', '{id}', 'x {mac}', '{zone}', '{n:0}'].map(needs)).toEqual([
      [true, false],
      [true, false],
      [false, true],
      [false, true],
      [false, false],
      [false, false],
    ]);
  });

  it('points at braces that stay as they are', () => {
    expect(unknownPlaceholders('{n} {name} {id:3}')).toEqual(['{name}', '{id:3}']);
    expect(unknownPlaceholders('{n:3} {zone}')).toEqual([]);
  });

  it.each([
    ['Pump', true],
    ['{zone}', true],
    ['{zone} {n}', false],
    ['{id}', false],
    ['{mac}', false],
  ])('%s is the same for all boards of a zone: %s', (template, isSame) => {
    expect(isSameForAll(template)).toBe(isSame);
  });
});
