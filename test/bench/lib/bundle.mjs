/* The product's own sources inside a benchmark: bundled by Vite as the product is, and imported. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';
import { benchFolder, root } from './program.mjs';

/** The exports of `test/bench/NAME.ts`; `outDir` is an empty folder inside the project, so that packages are found. */
export async function bundle(name, outDir) {
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    build: { ssr: join(benchFolder, `${name}.ts`), outDir, emptyOutDir: false, target: 'node24' },
    ssr: { external: ['better-sqlite3', 'serialport'], noExternal: true },
  });
  writeFileSync(join(outDir, 'package.json'), '{"type":"module"}');
  return import(pathToFileURL(join(outDir, `${name}.js`)).href);
}
