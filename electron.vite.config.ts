import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
const define = { __APP_VERSION__: JSON.stringify(version) };

// The `dependencies` of package.json (native modules) stay external in main; everything else is bundled.
export default defineConfig({
  main: {
    define,
    build: {
      sourcemap: true,
      rolldownOptions: {
        input: {
          index: resolve('src/main/index.ts'),
          serve: resolve('src/main/serve.ts'),
          worker: resolve('src/main/store/query-worker.ts'),
        },
      },
    },
  },
  preload: {
    define,
    build: {
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: resolve('src/preload/index.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src/renderer',
    define,
    plugins: [react()],
    server: {
      host: '127.0.0.1',
      port: 5173,
      strictPort: true,
      // A pattern, since a bare '/rpc' would also swallow modules named /rpc….
      proxy: { '^/rpc$': { target: 'ws://127.0.0.1:4810', ws: true } },
    },
    build: { minify: true, rolldownOptions: { input: resolve('src/renderer/index.html') } },
  },
});
