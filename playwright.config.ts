import { defineConfig } from '@playwright/test';

const resultFile = process.env['LEITSTAND_TEST_RESULT'];

/** What both Playwright configurations share: one worker, no second try, counts to a file under scripts/test.mjs. */
export const commonConfig = defineConfig({
  workers: 1,
  fullyParallel: false,
  retries: 0,
  forbidOnly: true,
  timeout: 60_000,
  reporter: resultFile === undefined ? [['list']] : [['list'], ['json', { outputFile: resultFile }]],
});

/** End-to-end tests in a real browser. There is no webServer: each test starts the console that it needs. */
export default defineConfig(commonConfig, {
  testDir: 'test/e2e',
  outputDir: 'test-results/e2e',
  use: {
    viewport: { width: 1440, height: 900 },
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env['LEITSTAND_CHROMIUM'] ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
