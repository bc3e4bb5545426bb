/*
 * Runs in each test file's worker before anything else (scripts/branch-coverage.config.mjs): counts which blocks of our sources ran, with
 * V8's own counters, and writes what it counted into LEITSTAND_COVERAGE when the file's tests are over.
 */
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const directory = process.env['LEITSTAND_COVERAGE'];
if (!directory) throw new Error('LEITSTAND_COVERAGE names no directory. Run scripts/branch-coverage.mjs.');

const session = new Session();
session.connect();
/** The inspector answers within the call when it is asked from its own thread. */
function ask(method, parameters) {
  let answer;
  session.post(method, parameters, (error, result) => {
    if (error) throw new Error(`${method}: ${error.message}`);
    answer = result;
  });
  return answer;
}

ask('Debugger.enable');
ask('Profiler.enable');
ask('Profiler.startPreciseCoverage', { callCount: true, detailed: true });

afterAll(() => {
  const scripts = ask('Profiler.takePreciseCoverage')
    .result.filter(({ url }) => url.startsWith('file:') && url.includes('/src/'))
    .map(({ url, scriptId, functions }) => ({
      url,
      source: ask('Debugger.getScriptSource', { scriptId }).scriptSource,
      ranges: functions.flatMap(({ ranges }) =>
        ranges.map(({ startOffset, endOffset, count }) => [startOffset, endOffset, count]),
      ),
    }));
  writeFileSync(join(directory, `${randomUUID()}.json`), JSON.stringify(scripts));
});
