/*
 * `npm run bench [-- NAME… --write --quick]`: benchmarks against references measured in the same run (docs/benchmarks.md). The figures go to
 * bench/results.json; `--write` puts them into the document too, `--quick` runs each shortly, to see that it works.
 */
import { run } from './processes.mjs';
import { fail, node24, noNode24, root, setUp } from './setup.mjs';

await setUp();
const node = node24() ?? fail(noNode24);
process.exit(await run(node, [`${root}/test/bench/main.mjs`, ...process.argv.slice(2)], { cwd: root }));
