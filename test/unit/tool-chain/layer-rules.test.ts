import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

// Each case is a small tree of source files in a folder of its own, laid out like the repository and checked by the real tools.
const repository = resolve('.');
let root = '';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'leitstand-layers-'));
  mkdirSync(join(root, 'src'));
  symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'), 'dir');
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

function runNode(
  script: string,
  ...args: readonly string[]
): { readonly code: number | null; readonly output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(repository, script), ...args], {
    cwd: root,
    encoding: 'utf8',
  });
  return { code: status, output: stdout + stderr };
}

describe('layer rules', () => {
  const checkLayers = () => runNode('scripts/check-layers.mjs', root);

  // File, its text, and the message that must name it.
  const violations: readonly (readonly [rule: string, file: string, text: string, message: string])[] = [
    [
      'main stays out of the renderer',
      'src/main/web/a.ts',
      `import '../../renderer/app/b';`,
      'main must not import renderer',
    ],
    [
      'the renderer stays out of main',
      'src/renderer/app/a.ts',
      `export * from '../../main/web/b';`,
      'renderer must not import main',
    ],
    [
      'a type import counts',
      'src/renderer/app/a.ts',
      `import type { B } from '../../main/web/b';`,
      'renderer must not import main',
    ],
    [
      'an import type counts',
      'src/renderer/app/a.ts',
      `export type B = import('../../main/b').B;`,
      'renderer must not import main',
    ],
    [
      'a dynamic import counts',
      'src/renderer/app/a.ts',
      `void import('../../main/b');`,
      'renderer must not import main',
    ],
    [
      'a template specifier counts',
      'src/renderer/app/a.ts',
      'void import(`../../main/b`);',
      'renderer must not import main',
    ],
    [
      'a bundler query hides nothing',
      'src/renderer/app/a.ts',
      `import b from '../../main/b?raw';`,
      'renderer must not import main',
    ],
    ['a rooted path hides nothing', 'src/renderer/app/a.ts', `import 'src/main/b';`, 'renderer must not import main'],
    ['shared stays out of main', 'src/shared/domain/a.ts', `import '../../main/b';`, 'shared must not import main'],
    [
      'shared stays out of the renderer',
      'src/shared/domain/a.ts',
      `import '../../renderer/b';`,
      'shared must not import renderer',
    ],
    ['preload stays out of main', 'src/preload/index.ts', `import '../main/b';`, 'preload must not import main'],
    ['shared imports no package but zod', 'src/shared/domain/a.ts', `import 'ulid';`, 'shared: imports zod only'],
    ['shared imports no Node module', 'src/shared/domain/a.ts', `import 'node:path';`, 'shared: imports zod only'],
    ['only shared/api knows oRPC', 'src/shared/wire/a.ts', `import '@orpc/contract';`, 'shared: imports zod only'],
    ['shared/api knows the contract only', 'src/shared/api/a.ts', `import '@orpc/server';`, 'shared: imports zod only'],
    ['the renderer has no Node modules', 'src/renderer/app/a.ts', `import 'node:fs';`, 'renderer: no Node modules'],
    ['the renderer has no bare Node modules', 'src/renderer/app/a.ts', `import 'fs';`, 'renderer: no Node modules'],
    [
      'electron has its folder',
      'src/main/web/a.ts',
      `import { app } from 'electron';`,
      'electron: may be imported only',
    ],
    [
      'the browser host is free of electron',
      'src/main/serve.ts',
      `import 'electron';`,
      'electron: may be imported only',
    ],
    [
      'the renderer is free of electron',
      'src/renderer/app/a.ts',
      `import 'electron/renderer';`,
      'electron: may be imported only',
    ],
    ['mqtt has its folders', 'src/main/devices/a.ts', `import { connect } from 'mqtt';`, 'mqtt: may be imported only'],
    ['require counts', 'src/main/devices/a.ts', `const mqtt = require('mqtt');`, 'mqtt: may be imported only'],
    ['aedes has its folder', 'src/main/link/a.ts', `import { Aedes } from 'aedes';`, 'aedes: may be imported only'],
    [
      'SQLite is in stores only',
      'src/main/devices/devices.ts',
      `import 'better-sqlite3';`,
      'better-sqlite3: may be imported only',
    ],
    [
      'no SQLite in the renderer',
      'src/renderer/app/a-store.ts',
      `import 'better-sqlite3';`,
      'better-sqlite3: may be imported only',
    ],
    ['serialport has its folder', 'src/main/devices/a.ts', `import 'serialport';`, 'serialport: may be imported only'],
    ['its parts too', 'src/main/devices/a.ts', `import '@serialport/stream';`, 'serialport: may be imported only'],
    [
      'stores are private',
      'src/main/zones/zones.ts',
      `import '../devices/devices-store';`,
      'zones must not import the store or handler of devices',
    ],
    [
      'handlers are private',
      'src/main/link/a.ts',
      `import '../telemetry/sensor-data-handler';`,
      'link must not import the store or handler of telemetry',
    ],
    [
      'features keep apart',
      'src/renderer/features/zones/a.tsx',
      `import '../devices/device-card';`,
      'feature: zones must not import devices',
    ],
    [
      'rules know no clock',
      'src/main/alarms/alarm-rules.ts',
      'export const now = () => Date.now();',
      'pure: time and randomness are passed in (Date.now)',
    ],
    [
      'a clock by another name',
      'src/main/alarms/alarm-rules.ts',
      'export const clock = globalThis.Date.now;',
      '(Date.now)',
    ],
    [
      'rules make no date of now',
      'src/main/alarms/alarm-rules.ts',
      'export const now = () => new Date();',
      '(new Date())',
    ],
    [
      'rules know no chance',
      'src/shared/domain/a-rules.ts',
      'export const chance = () => Math.random();',
      '(Math.random)',
    ],
    [
      'rules start no timers',
      'src/main/control/stop-state.ts',
      'setTimeout(() => {}, 1);',
      'pure: no timers in rules (setTimeout)',
    ],
    [
      'states start no timers of a global',
      'src/main/control/stop-state.ts',
      'globalThis.setInterval(f, 1);',
      '(setInterval)',
    ],
    [
      'rules import no randomness',
      'src/main/control/stop-rules.ts',
      `import { randomUUID } from 'node:crypto';`,
      'pure: time and randomness are passed in',
    ],
    ['imports carry no extension', 'src/main/web/a.ts', `import './b.js';`, 'relative imports carry no extension'],
    ['a file that does not parse', 'src/main/web/a.ts', 'import {', 'parse:'],
  ];

  test.each(violations)('%s', (_rule, file, text, message) => {
    write({ [file]: `\n${text}\n` });
    const { code, output } = checkLayers();
    expect(output).toContain(message);
    expect(output).toContain(file);
    expect(code).toBe(1);
  });

  test('a report names the line', () => {
    write({ 'src/main/devices/a.ts': `import './b';\n\nimport 'mqtt';\n` });
    expect(checkLayers().output).toContain('src/main/devices/a.ts:3 ');
  });

  test('a tree that keeps the rules passes', () => {
    write({
      'src/shared/domain/ids.ts': `import { z } from 'zod';\nexport const id = z.string();`,
      'src/shared/domain/ids-rules.ts': `export const after = (now: number) => new Date(now); // not Date.now()`,
      'src/shared/api/contract.ts': `import { oc } from '@orpc/contract';\nimport { id } from '../domain/ids';`,
      'src/main/index.ts': `import { app } from 'electron';`,
      'src/main/console.ts': `import './devices/devices-store';\nimport './telemetry/sensor-data-handler';\nimport './link/link';`,
      'src/main/electron/window.ts': `import { BrowserWindow } from 'electron';`,
      'src/main/link/link.ts': `import { connect } from 'mqtt';\nimport { readFile } from 'node:fs/promises';`,
      'src/main/plant/device.ts': `import { connect } from 'node:net';`,
      'src/main/broker/broker.ts': `import { Aedes } from 'aedes';\nimport 'mqtt';`,
      'src/main/store/open.ts': `import Database from 'better-sqlite3';\nimport '../../../resources/migrations.json';`,
      'src/main/devices/devices-store.ts': `import type { Database } from 'better-sqlite3';\nimport '../store/open';`,
      'src/main/devices/devices.ts': `import './devices-store';\nimport { id } from '../../shared/domain/ids';\nDate.now();`,
      'src/main/flash/port.ts': `import { SerialPort } from 'serialport';`,
      'src/main/telemetry/sensor-data-handler.ts': `// import 'electron' in a comment\nexport const text = "from 'electron'";`,
      'src/preload/index.ts': `import { ipcRenderer } from 'electron';\nimport '../shared/domain/ids';`,
      'src/renderer/features/devices/card.tsx': `import { id } from '../../../shared/domain/ids';\nimport '../../ui/button';\nimport './card.module.css';`,
    });
    expect(checkLayers()).toEqual({ code: 0, output: 'Layers: no violation.\n' });
  });
});

describe('types of each layer', () => {
  beforeEach(() => {
    for (const file of [
      'tsconfig.base.json',
      'build-constants.d.ts',
      ...layers.map((layer) => `src/${layer}/tsconfig.json`),
    ])
      cpSync(join(repository, file), join(root, file), { recursive: true });
  });

  const layers = ['shared', 'main', 'preload', 'renderer'] as const;
  const packagesOf = {
    shared: ['zod', '@orpc/contract'],
    main: ['mqtt', 'aedes', 'ws', 'better-sqlite3', '@orpc/server', 'pino', 'zod', 'i18next', 'commander'],
    preload: ['electron'],
    renderer: [
      'react',
      'react-dom/client',
      'react-aria-components',
      'zustand',
      'uplot',
      '@orpc/client',
      'i18next',
      'lucide-react',
    ],
  };
  const importsOf = (layer: (typeof layers)[number]) => packagesOf[layer].map((name) => `import '${name}';\n`).join('');
  const checkTypes = (layer: string) => runNode('node_modules/typescript/bin/tsc', '-p', `src/${layer}`);

  const unknownTypes = [
    ['shared', 'DOM', 'document.title;', "'document'"],
    ['shared', 'Node', 'process.exit();', "'process'"],
    ['shared', 'Node', `export type F = import('node:fs').Stats;`, "'node:fs'"],
    ['main', 'DOM', 'document.title;', "'document'"],
    ['main', 'DOM', 'window.close();', "'window'"],
    ['renderer', 'Node', 'process.exit();', "'process'"],
    ['renderer', 'Node', `export const bytes = Buffer.from('');`, "'Buffer'"],
  ] as const;

  test.each(unknownTypes)('%s knows no %s types, whatever its packages need: %s', (layer, _kind, text, name) => {
    write({ [`src/${layer}/sample.ts`]: `${importsOf(layer)}${text}\n` });
    const { code, output } = checkTypes(layer);
    expect(output).toMatch(/error TS(2304|2307|2580|2584|2591)/);
    expect(output).toContain(name);
    expect(code).not.toBe(0);
  });

  test.each([
    ['shared', 'export const version: string = __APP_VERSION__;'],
    ['main', 'process.exit();'],
    ['preload', `document.title = process.platform;`],
    ['renderer', 'document.title = __APP_VERSION__;\nexport const isDev: boolean = import.meta.env.DEV;'],
  ] as const)('%s knows its own', (layer, text) => {
    write({ [`src/${layer}/sample.ts`]: `${importsOf(layer)}${text}\n` });
    expect(checkTypes(layer)).toEqual({ code: 0, output: '' });
  });
});

describe('lint rules', () => {
  const lint = () => runNode('node_modules/oxlint/bin/oxlint', '--config', join(repository, '.oxlintrc.json'), 'src');

  beforeEach(() => {
    write({ 'tsconfig.json': '{ "compilerOptions": { "strict": true, "target": "ES2023", "lib": ["ES2023"] } }' });
  });

  const longFunction = `export function long(): number {\n  let n = 0;\n${'  n += 1;\n'.repeat(60)}  return n;\n}\n`;
  const missingCase = `export function f(x: 'a' | 'b'): void {\n  switch (x) {\n    case 'a':\n      break;\n  }\n}`;

  test.each([
    ['a.ts', 'export const a: any = 1;', 'no-explicit-any'],
    ['a.ts', 'export async function a(): Promise<void> {}\na();', 'no-floating-promises'],
    ['a.ts', 'export async function a(): Promise<void> {}\n[1].forEach(a);', 'no-misused-promises'],
    ['a.ts', missingCase, 'switch-exhaustiveness-check'],
    ['a.ts', 'export const a = [1][0]!;', 'no-non-null-assertion'],
    ['a.ts', `${'// one more line\n'.repeat(400)}export const a = 1;`, 'max-lines'],
    ['a.ts', longFunction, 'max-lines-per-function'],
    ['a.ts', 'export function a(b: 1, c: 1, d: 1, e: 1, f: 1): number {\n  return b + c + d + e + f;\n}', 'max-params'],
    ['a.ts', `console.log('here');`, 'no-console'],
    ['a.ts', 'export default 1;', 'no-default-export'],
    ['DeviceCard.ts', 'export const a = 1;', 'filename-case'],
  ])('%s with %s breaks a rule', (file, text, rule) => {
    write({ [`src/main/${file}`]: text });
    const { code, output } = lint();
    expect(output).toContain(`(${rule})`);
    expect(code).toBe(1);
  });

  test('a tidy file passes', () => {
    write({
      'src/main/tidy-file.ts': 'export async function tidy(): Promise<number> {\n  return Promise.resolve(1);\n}\n',
    });
    expect(lint()).toMatchObject({ code: 0 });
  });
});
