/** The version in package.json, put in by `define` of electron.vite.config.ts and vitest.config.ts. */
declare const __APP_VERSION__: string;
