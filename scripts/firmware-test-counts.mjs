/* Counts of `cargo test`, from the text that libtest prints (its JSON is not stable). */

/**
 * Sums up all test programs of one run. An ignored test is a skip with its reason. A run that ends badly without a failed test (it did not
 * compile, a program crashed) counts as one failure; so does one that ran nothing.
 */
export function testCounts(output, code) {
  const results = [...output.matchAll(/^test result: \w+\. (\d+) passed; (\d+) failed;/gm)];
  const sum = (group) => results.reduce((total, result) => total + Number(result[group]), 0);
  const ignored = [...output.matchAll(/^test (.+?) \.\.\. ignored(?:, (.*))?$/gm)];
  const counts = {
    passed: sum(1),
    failed: sum(2),
    skips: ignored.map(([, name, reason]) => ({ name, reason: reason ?? 'no reason given' })),
  };
  const isBad = code !== 0 || counts.passed + counts.skips.length === 0;
  return isBad && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}
