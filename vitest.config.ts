import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
const resultFile = process.env['LEITSTAND_TEST_RESULT'];

// What needs a real broker, database or process gets longer than what computes.
const projects = [
  { name: 'unit', testTimeout: 10_000 },
  { name: 'contract', testTimeout: 60_000 },
  { name: 'integration', testTimeout: 60_000 },
];

export default defineConfig({
  define: { __APP_VERSION__: JSON.stringify(version) },
  test: {
    // Under scripts/test.mjs, the counts go to a file as well.
    reporters: resultFile === undefined ? ['default'] : ['default', ['./test/count-reporter.ts', { file: resultFile }]],
    projects: projects.map(({ name, testTimeout }) => ({
      extends: true,
      test: {
        name,
        include: [`test/${name}/**/*.test.{ts,tsx}`],
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
