import { defineConfig } from '@playwright/test';
import base from './playwright.config';

/** Pictures of the screens that need boards on ports; run by scripts/screenshots.mjs. */
export default defineConfig(base, {
  testDir: 'test/screenshots',
  testMatch: '*.shots.ts',
  timeout: 240_000,
  use: { trace: 'off', screenshot: 'only-on-failure', actionTimeout: 15_000 },
});
