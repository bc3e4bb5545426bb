import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
const resultFile = process.env['LEITSTAND_TEST_RESULT'];

// What needs a real broker, database or process gets longer than what computes.
const projects = [
  { name: 'unit', testTimeout: 10_000 },
  { name: 'contract', testTimeout: 60_000 },
  { name: 'integration', testTimeout: 60_000 },
  // The firmware's cases once more, against the wasm twin in place of the native program; it has no pty for a serial line.
  {
    name: 'twin',
    folder: 'contract/firmware',
    exclude: ['**/serial.test.ts'],
    env: { LEITSTAND_NODE_PROGRAM: fileURLToPath(new URL('test/fakes/twin-node.mjs', import.meta.url)) },
    testTimeout: 60_000,
  },
];

export default defineConfig({
  define: { __APP_VERSION__: JSON.stringify(version) },
  test: {
    // Under scripts/test.mjs, the counts go to a file as well.
    reporters: resultFile === undefined ? ['default'] : ['default', ['./test/count-reporter.ts', { file: resultFile }]],
    projects: projects.map(({ name, folder = name, exclude = [], env = {}, testTimeout }) => ({
      extends: true,
      test: {
        name,
        include: [`test/${folder}/**/*.test.{ts,tsx}`],
        exclude: [...exclude, '**/node_modules/**'],
        env,
        setupFiles: ['test/setup.ts'],
        environment: 'node',
        restoreMocks: true,
        unstubGlobals: true,
        unstubEnvs: true,
        testTimeout,
        hookTimeout: testTimeout,
      },
    })),
  },
});
