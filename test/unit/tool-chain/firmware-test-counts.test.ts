import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';

type Counts = {
  readonly passed: number;
  readonly failed: number;
  readonly skips: readonly { readonly name: string; readonly reason: string }[];
};

// The scripts have no types; this is what the tests use of them.
const { testCounts } = (await import(pathToFileURL(resolve('scripts/firmware-test-counts.mjs')).href)) as {
  readonly testCounts: (output: string, code: number) => Counts;
};

const result = (passed: number, failed: number, ignored = 0) =>
  `test result: ${failed === 0 ? 'ok' : 'FAILED'}. ${passed} passed; ${failed} failed; ${ignored} ignored; 0 measured; 0 filtered out; finished in 0.10s\n`;

describe('counts of cargo test', () => {
  it('are the sum of all its programs', () => {
    expect(testCounts(`${result(11, 0)}running 0 tests\n${result(0, 0)}${result(5, 2)}`, 101)).toEqual({
      passed: 16,
      failed: 2,
      skips: [],
    });
  });

  it('take an ignored test as a skip with its reason', () => {
    const output = `test a::b ... ok\ntest a::slow ... ignored, takes an hour\ntest a::odd ... ignored\n${result(1, 0, 2)}`;
    expect(testCounts(output, 0)).toEqual({
      passed: 1,
      failed: 0,
      skips: [
        { name: 'a::slow', reason: 'takes an hour' },
        { name: 'a::odd', reason: 'no reason given' },
      ],
    });
  });

  it('take a run that does not compile as a failure', () => {
    expect(testCounts('error[E0308]: mismatched types\n', 101)).toEqual({ passed: 0, failed: 1, skips: [] });
  });

  it('take a program that crashes after good ones as a failure', () => {
    expect(testCounts(`${result(3, 0)}error: test failed (signal: 11)\n`, 101)).toEqual({
      passed: 3,
      failed: 1,
      skips: [],
    });
  });

  it('take a run without any test as a failure', () => {
    expect(testCounts(result(0, 0), 0)).toEqual({ passed: 0, failed: 1, skips: [] });
  });
});
