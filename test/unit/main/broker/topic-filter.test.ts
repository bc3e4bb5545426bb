import { describe, expect, it } from 'vitest';
import { isPublishable, matchesFilter } from '../../../../src/main/broker/topic-filter';

describe('matchesFilter', () => {
  it.each([
    ['a/b/c', 'a/b/c', true],
    ['a/b/c', 'a/b', false],
    ['a/b', 'a/b/c', false],
    ['a/b/c', 'a/B/c', false],
    ['a/+/c', 'a/b/c', true],
    ['a/+/c', 'a//c', true],
    ['a/+/c', 'a/b/x/c', false],
    ['a/+', 'a/b', true],
    ['a/+', 'a/', true],
    ['a/+', 'a', false],
    ['+/+', '/a', true],
    ['+', 'a/b', false],
    ['a/#', 'a', true], // the parent level counts (4.7.1.2)
    ['a/#', 'a/b/c', true],
    ['a/#', 'ab', false],
    ['a/b/#', 'a', false],
    ['#', 'a/b/c', true],
    ['#', '/', true],
    ['/a', 'a', false],
    ['a/', 'a', false],
    ['#', '$SYS/x', false],
    ['+/x', '$SYS/x', false],
    ['$SYS/#', '$SYS/x', true],
    ['$SYS/+', '$SYS/x', true],
    ['a/$b', 'a/$b', true],
    ['a/+', 'a/$b', true],
  ])('%s against %s: %s', (filter, topic, isMatch) => {
    expect(matchesFilter(filter, topic)).toBe(isMatch);
  });
});

describe('isPublishable', () => {
  it.each([
    ['a', true],
    ['/', true],
    ['a/b c/ü', true],
    ['', false],
    ['a/+', false],
    ['a+b', false],
    ['a/#', false],
    ['a\0b', false],
  ])('%j: %s', (topic, isAllowed) => {
    expect(isPublishable(topic)).toBe(isAllowed);
  });
});
