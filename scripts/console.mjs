/* `npm run console -- ARGUMENTS`: the browser host, without a window. Standard output carries only what the console prints. */
import { run } from './processes.mjs';
import { fail, node24, noNode24, root, setUp } from './setup.mjs';

await setUp();
const node = node24() ?? fail(noNode24);
process.exit(await run(node, [`${root}/out/main/serve.js`, ...process.argv.slice(2)]));
