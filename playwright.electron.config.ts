import { defineConfig } from '@playwright/test';
import { commonConfig } from './playwright.config';

/** Tests of the Electron shell. LEITSTAND_TEST_ELECTRON names the executable (see scripts/test-tools.mjs). */
export default defineConfig(commonConfig, {
  testDir: 'test/electron',
  outputDir: 'test-results/electron',
  timeout: 120_000,
});
