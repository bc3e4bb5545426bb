/*
 * The rules between layers and rooms (docs/architecture.md, "Rules"). `node scripts/check-layers.mjs [ROOT]` prints one line
 * for each violation and exits with 1. They stand here and not in oxlint because they depend on where an import leads.
 * test/unit/tool-chain/layer-rules.test.ts shows that each rule bites.
 *
 * To restrict one more package: add a line to `packageHomes`. To add another kind of rule: add a function to `importRules`.
 */
import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, posix, relative, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Visitor, parseSync } from 'vite';

/** Packages that only some folders may import, with all their subpaths. */
const packageHomes = [
  { rule: 'electron', packages: /^electron$/, home: /^src\/(main\/electron\/|main\/index\.ts$|preload\/)/ },
  { rule: 'mqtt', packages: /^mqtt$/, home: /^src\/main\/(link|broker)\// },
  { rule: 'aedes', packages: /^aedes(-.*)?$/, home: /^src\/main\/broker\// },
  { rule: 'better-sqlite3', packages: /^better-sqlite3$/, home: /^src\/main\/(store\/|.*-store\.ts$)/ },
  { rule: 'serialport', packages: /^(serialport|@serialport\/.*)$/, home: /^src\/main\/flash\// },
  { rule: 'esptool-js', packages: /^esptool-js$/, home: /^src\/main\/flash\// },
];

const layers = ['shared', 'main', 'preload', 'renderer'];

/** Which layers a layer may reach into. What lies outside src (resources, package.json) is data and open to all. */
const reachable = {
  shared: ['shared'],
  main: ['main', 'shared'],
  preload: ['preload', 'shared'],
  renderer: ['renderer', 'shared'],
};

const pureFile = /-(rules|state)\.tsx?$/;
const impureCalls = new Set(['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'requestAnimationFrame']);
const impureMembers = new Set([
  'Date.now',
  'Math.random',
  'performance.now',
  'crypto.randomUUID',
  'crypto.getRandomValues',
]);

/** Each takes the importing file, the specifier, the package's name or the resolved path, and answers with a message or nothing. */
const importRules = [
  function layerReach({ file, target }) {
    const from = layerOf(file);
    const to = target && layerOf(target);
    if (from && to && !reachable[from].includes(to)) return `layer: ${from} must not import ${to}`;
  },
  function sharedPackages({ file, packageName }) {
    if (layerOf(file) !== 'shared' || !packageName || packageName === 'zod') return;
    if (packageName === '@orpc/contract' && file.startsWith('src/shared/api/')) return;
    return `shared: imports zod only (and @orpc/contract in src/shared/api), not ${packageName}`;
  },
  function rendererBuiltins({ file, specifier, packageName }) {
    if (layerOf(file) !== 'renderer' || !packageName) return;
    if (specifier.startsWith('node:') || builtinModules.includes(packageName)) return 'renderer: no Node modules';
  },
  function packageHome({ file, packageName }) {
    const home = packageHomes.find(({ packages }) => packageName && packages.test(packageName));
    if (home && !home.home.test(file)) return `${home.rule}: may be imported only in ${home.home.source}`;
  },
  function roomPrivacy({ file, target }) {
    const from = roomOf(file);
    const to = target && roomOf(target);
    if (from && to && from !== to && /-(store|handler)(\.ts)?$/.test(target))
      return `room: ${from} must not import the store or handler of ${to}`;
  },
  function featurePrivacy({ file, target }) {
    const from = featureOf(file);
    const to = target && featureOf(target);
    if (from && to && from !== to) return `feature: ${from} must not import ${to}`;
  },
  function pureTimers({ file, packageName, specifier }) {
    if (pureFile.test(file) && packageName && /^(node:)?(timers|crypto|perf_hooks)\b/.test(specifier))
      return 'pure: time and randomness are passed in';
  },
  function noExtension({ specifier }) {
    if (specifier.startsWith('.') && /\.[cm]?[jt]sx?$/.test(specifier))
      return 'import: relative imports carry no extension';
  },
];

/** All violations under `root`, as lines of text. */
export function checkLayers(root) {
  return sourceFiles(root).flatMap((file) => checkFile(file, readFileSync(join(root, file), 'utf8')));
}

function checkFile(file, text) {
  const { program, errors } = parseSync(file, text);
  if (errors.length > 0) return [`${file}  parse: ${errors[0].message}`];
  const found = [];
  const report = (node, message) => found.push(`${file}:${text.slice(0, node.start).split('\n').length}  ${message}`);

  const imported = (node) => {
    const specifier = node?.value ?? node?.quasis?.[0]?.value.cooked;
    if (typeof specifier !== 'string') return;
    const site = describeImport(file, specifier.replace(/\?.*$/, ''));
    for (const rule of importRules) {
      const message = rule(site);
      if (message) report(node, `${message} ('${specifier}')`);
    }
  };

  new Visitor({
    ImportDeclaration: (node) => imported(node.source),
    ExportNamedDeclaration: (node) => imported(node.source),
    ExportAllDeclaration: (node) => imported(node.source),
    ImportExpression: (node) => imported(node.source),
    TSImportType: (node) => imported(node.source),
    TSExternalModuleReference: (node) => imported(node.expression),
    CallExpression: (node) => {
      if (node.callee.type === 'Identifier' && node.callee.name === 'require') imported(node.arguments[0]);
      if (pureFile.test(file)) reportImpureCall(node, report);
    },
    NewExpression: (node) => {
      if (pureFile.test(file) && node.callee.name === 'Date' && node.arguments.length === 0)
        report(node, 'pure: time is passed in (new Date())');
    },
    MemberExpression: (node) => {
      if (pureFile.test(file) && impureMembers.has(memberName(node)))
        report(node, `pure: time and randomness are passed in (${memberName(node)})`);
    },
  }).visit(program);
  return found;
}

function reportImpureCall({ callee, start }, report) {
  const name = callee.type === 'MemberExpression' ? callee.property.name : callee.name;
  if (impureCalls.has(name)) report({ start }, `pure: no timers in rules (${name})`);
}

/** `Math.random` for Math.random, globalThis.Math.random and Math['random']. */
function memberName({ object, property }) {
  const owner = object.type === 'MemberExpression' ? object.property.name : object.name;
  return `${owner}.${property.name ?? property.value}`;
}

function describeImport(file, specifier) {
  if (specifier.startsWith('.')) return { file, specifier, target: posix.join(posix.dirname(file), specifier) };
  if (/^(src\/|\/)/.test(specifier)) return { file, specifier, target: specifier.replace(/^.*?(?=src\/)/, '') };
  const parts = specifier.replace(/^node:/, '').split('/');
  return { file, specifier, packageName: specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0] };
}

function layerOf(path) {
  const [top, layer] = path.split('/');
  return top === 'src' && layers.includes(layer) ? layer : undefined;
}

/** The room of a file in src/main; files directly in src/main (console.ts, serve.ts) wire the rooms and belong to none. */
function roomOf(path) {
  return /^src\/main\/([^/]+)\//.exec(path)?.[1];
}

function featureOf(path) {
  return /^src\/renderer\/features\/([^/]+)/.exec(path)?.[1];
}

function sourceFiles(root) {
  return readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.[cm]?[jt]sx?$/.test(entry.name))
    .map((entry) =>
      relative(root, join(entry.parentPath ?? entry.path, entry.name))
        .split(sep)
        .join('/'),
    )
    .toSorted();
}

if (process.argv[1] && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) {
  const root = resolve(process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), '..'));
  const found = checkLayers(root);
  for (const line of found) console.log(line);
  console.log(found.length === 0 ? 'Layers: no violation.' : `Layers: ${found.length} violation(s).`);
  process.exit(found.length === 0 ? 0 : 1);
}
