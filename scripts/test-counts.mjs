/* The result of a test step, `{ passed, failed, skips: [{ name, reason }] }`, from what its runner wrote. */
import { existsSync, readFileSync } from 'node:fs';

/** Reads a runner's result file. A run that leaves none, or ends badly without a failed test, counts as one failure. */
export function readCounts(file, read, code) {
  const counts = existsSync(file) ? read(JSON.parse(readFileSync(file, 'utf8'))) : { passed: 0, failed: 0, skips: [] };
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

/** test/count-reporter.ts and firmware-checks.mjs write the very form. */
export const plainCounts = (result) => result;

/** Playwright's JSON report: a test may have several annotations, and a suite further suites. */
export function playwrightCounts(report) {
  const tests = report.suites.flatMap(testsOf);
  const withStatus = (...states) => tests.filter(({ status }) => states.includes(status));
  return {
    passed: withStatus('expected').length,
    failed: withStatus('unexpected', 'flaky').length + report.errors.length,
    skips: withStatus('skipped').map(({ name, annotations }) => ({
      name,
      reason:
        annotations.find(({ type, description }) => /^(skip|fixme)$/.test(type) && description)?.description ??
        'no reason given',
    })),
  };
}

function testsOf(suite) {
  const own = suite.specs.flatMap((spec) => spec.tests.map((test) => ({ ...test, name: spec.title })));
  return [...own, ...(suite.suites ?? []).flatMap(testsOf)];
}
