import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** What scripts/test.mjs reads back after a vitest step. */
type TestCounts = {
  readonly passed: number;
  readonly failed: number;
  readonly skips: readonly { readonly name: string; readonly reason: string }[];
};

/** Writes the counts of a run to a file. An error outside any test (a file that doesn't load, a late rejection) counts as one failed test. */
export default class CountReporter implements Reporter {
  readonly #file: string;

  constructor(options: { readonly file: string }) {
    this.#file = options.file;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const brokenModules = modules.filter((module) => module.state() === 'failed' && !hasFailedTest(module));
    const counts: TestCounts = {
      passed: tests.filter((test) => test.result().state === 'passed').length,
      failed:
        tests.filter((test) => test.result().state === 'failed').length + brokenModules.length + unhandledErrors.length,
      skips: tests
        .filter((test) => ['skipped', 'pending'].includes(test.result().state))
        .map((test) => ({ name: test.fullName, reason: skipReason(test) })),
    };
    mkdirSync(dirname(this.#file), { recursive: true });
    writeFileSync(this.#file, JSON.stringify(counts));
  }
}

function hasFailedTest(module: TestModule): boolean {
  return [...module.children.allTests('failed')].length > 0;
}

function skipReason(test: TestCase): string {
  const result = test.result();
  return (result.state === 'skipped' && result.note) || `no reason given (${test.module.relativeModuleId})`;
}
