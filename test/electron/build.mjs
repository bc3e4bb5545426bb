/*
 * Builds the product for the old Electron of the tests (Electron 22: Chromium 108, Node 16) into a folder that Electron takes as its app:
 * node test/electron/build.mjs OUT. The sources are the product's own; what differs is the target, CommonJS instead of ESM, polyfills, and
 * SQLite in WebAssembly. See docs/architecture.md, "A real Electron for tests".
 */
import { createRequire } from 'node:module';
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { build } from 'vite';

const root = resolve(import.meta.dirname, '../..');
const out = resolve(process.argv[2] ?? join(root, '.cache/electron-app'));
const standIn = join(import.meta.dirname, 'stand-in');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const common = { configFile: false, root, logLevel: 'warn', define: { __APP_VERSION__: JSON.stringify(version) } };

/** Puts an import in front of an entry. */
const before = (entry, module) => ({
  name: 'before',
  enforce: 'pre',
  transform: (code, id) => (id === join(root, entry) ? `import ${JSON.stringify(module)};\n${code}` : null),
});

function node(entry, name, plugins = []) {
  return build({
    ...common,
    plugins,
    define: { ...common.define, 'import.meta.dirname': '__dirname', 'import.meta.env.DEV': 'false' },
    resolve: { alias: { 'better-sqlite3': join(standIn, 'better-sqlite3.cjs') } },
    ssr: { noExternal: true, target: 'node' },
    build: {
      ssr: join(root, entry),
      target: 'node16',
      outDir: join(out, dirname(name)),
      emptyOutDir: false,
      minify: false,
      rolldownOptions: {
        external: ['electron', 'node-sqlite3-wasm', 'serialport'],
        output: { format: 'cjs', entryFileNames: name.split('/').at(-1), codeSplitting: false },
      },
    },
  });
}

/** A package as it is installed, with all that it depends on: it finds its native part beside itself. */
function copyPackage(name, from) {
  const file = from.resolve
    .paths(name)
    .map((folder) => join(folder, name, 'package.json'))
    .find(existsSync);
  const source = dirname(file);
  cpSync(source, join(out, relative(root, source)), { recursive: true });
  const { dependencies = {} } = JSON.parse(readFileSync(file, 'utf8'));
  for (const dependency of Object.keys(dependencies)) copyPackage(dependency, createRequire(file));
}

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
await node('src/main/index.ts', 'out/main/index.js', [before('src/main/index.ts', join(standIn, 'node-16.cjs'))]);
await node('src/main/store/query-worker.ts', 'out/main/worker.js');
await node('src/preload/index.ts', 'out/preload/index.cjs');
await build({
  ...common,
  root: join(root, 'src/renderer'),
  base: './',
  plugins: [before('src/renderer/main.tsx', 'core-js/stable'), react()],
  build: { target: 'chrome108', outDir: join(out, 'out/renderer'), emptyOutDir: true },
});
const require = createRequire(import.meta.url);
const wasm = dirname(require.resolve('node-sqlite3-wasm/package.json'));
mkdirSync(join(out, 'node_modules/node-sqlite3-wasm/dist'), { recursive: true });
for (const file of ['package.json', 'dist/node-sqlite3-wasm.js', 'dist/node-sqlite3-wasm.wasm'])
  copyFileSync(join(wasm, file), join(out, 'node_modules/node-sqlite3-wasm', file));
copyPackage('serialport', require);
const firmware = join(root, 'resources/firmware');
if (existsSync(firmware)) cpSync(firmware, join(out, 'resources/firmware'), { recursive: true });
writeFileSync(join(out, 'package.json'), JSON.stringify({ name: 'leitstand', version, main: 'out/main/index.js' }));
