/*
 * Flashing an image of 1 MB over a line that takes as long as a UART at 921600: how much of the line is used, what a second flash of the same
 * image takes, what four ports at once do, and Python's esptool with the same image over the same timed pty. Virtual boards, line and console
 * share one process here, so that the console's figures are the worse ones; esptool has a process of its own.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { esptoolFolder, provideEsptool } from '../../scripts/python-esptool.mjs';
import { bundle } from './lib/bundle.mjs';
import { Program, benchFolder, root } from './lib/program.mjs';
import { median, spread, whole } from './lib/statistics.mjs';

const chip = 'esp32c3';
const baud = 921_600;
const bytesPerSecond = baud / 10;

export const flash = {
  name: 'flash',
  work: 'an image of 1 MB with boot loader and table through the console’s flash jobs into virtual boards behind byte-timed lines at 921600 (median of five)',
  async run({ isQuick, progress }) {
    const rounds = isQuick ? 1 : 5;
    const folder = mkdtempSync(join(root, 'node_modules', '.leitstand-bench-'));
    try {
      copyFileSync(join(benchFolder, '../fakes/virtual-esp/pty-bridge.py'), join(folder, 'pty-bridge.py'));
      const modules = await bundle('flash-entry', folder);
      const image = modules.flashImage({ chip, appBytes: isQuick ? 200_000 : 1_000_000 });
      const reason = modules.ptySkipReason() ?? (await provideEsptool());
      if (reason) progress(`without esptool: ${reason}`);
      const results = [];
      for (let round = 0; round < rounds; round += 1) {
        const one = await inMemory(modules, image, 1);
        const four = await inMemory(modules, image, 4);
        const overPty = reason ? null : await overOnePty(modules, image, folder);
        results.push({ one, four, overPty });
        progress(
          `line used to ${whole(100 * one.lineShare)} %, skipped in ${one.skipS.toFixed(2)} s, four ports ${((4 * one.writeS) / four.writeS).toFixed(2)} ×` +
            (overPty ? `, pty: ours ${overPty.oursS.toFixed(1)} s, esptool ${overPty.esptoolS.toFixed(1)} s` : ''),
        );
      }
      return describe(results, image);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** Seconds from a connected chip to a verified image, all ports together, and of the whole second job, in which nothing is to be written. */
async function inMemory({ FlashScene, PacedLine }, image, ports) {
  const scene = new FlashScene();
  try {
    scene.clock.run(1);
    scene.add(image);
    const paths = Array.from({ length: ports }, (_, index) => `/dev/ttyBENCH${index}`);
    for (const path of paths) scene.board({ chip }, path, (board) => new PacedLine(board));
    const times = watched(scene);
    await Promise.all(paths.map((port) => flashed(scene, port, image)));
    const writeS = (times.verifiedMs - times.connectedMs) / 1000;
    scene.watch = () => undefined;
    if (!scene.boards.every((board) => scene.holds(board, image))) throw new Error('The image is not in the flash');
    const before = performance.now();
    await flashed(scene, paths[0], image);
    return {
      writeS,
      skipS: (performance.now() - before) / 1000,
      lineShare: compressedBytes(image) / bytesPerSecond / writeS,
    };
  } finally {
    await scene[Symbol.asyncDispose]();
  }
}

/** When the first chip was connected, and the last image verified: what comes after that is the restart. */
function watched(scene) {
  const times = { connectedMs: 0, verifiedMs: 0 };
  const verified = new Set();
  scene.watch = ({ id, facts, state }) => {
    if (facts && times.connectedMs === 0) times.connectedMs = performance.now();
    if (state !== 'resetting' || verified.has(id)) return;
    verified.add(id);
    times.verifiedMs = performance.now();
  };
  return times;
}

async function flashed(scene, port, image) {
  const { state, error, notes } = await scene.flash({ port, imageId: image.image.id });
  if (state !== 'done') throw new Error(`The job ended as ${state}: ${error?.message}`);
  if (notes.some((note) => note.includes('baud'))) throw new Error(notes.join(' '));
}

/** Both clients from their start to a verified image, over one pty each on a board of its own; neither can reset it. */
async function overOnePty(modules, image, folder) {
  const files = image.parts.map(({ name, address, data }) => {
    const file = join(folder, `${name}.bin`);
    if (!existsSync(file)) writeFileSync(file, data);
    return [`${address}`, file];
  });
  const oursS = await onPty(modules, (board, path) => oursOnPty(modules, { board, path, image }));
  const esptoolS = await onPty(modules, (_board, path) => esptoolOnPty(path, files.flat()));
  return { oursS, esptoolS };
}

async function onPty({ PacedLine, PtyPort, VirtualBoard }, client) {
  const board = new VirtualBoard({ chip, autoReset: 'none', bootOnSync: true });
  const port = await PtyPort.open(new PacedLine(board));
  try {
    return await client(board, port.path);
  } finally {
    await port.close();
  }
}

async function oursOnPty({ FlashScene, NodeSerialDriver, systemClock }, { board, path, image }) {
  const machine = { platform: 'linux', groupOf: () => Promise.resolve(null) };
  const scene = new FlashScene({ driver: new NodeSerialDriver(machine, systemClock) });
  try {
    scene.clock.run(1);
    scene.add(image);
    const startedMs = performance.now();
    let verifiedMs = 0;
    scene.watch = ({ id, state }) => {
      if (state !== 'resetting' || verifiedMs > 0) return;
      verifiedMs = performance.now();
      void scene.service.cancel(id); // nobody can reset it
    };
    await scene.flash({ port: path, imageId: image.image.id });
    if (verifiedMs === 0 || !scene.holds(board, image)) throw new Error('The console has not flashed the image');
    return (verifiedMs - startedMs) / 1000;
  } finally {
    await scene[Symbol.asyncDispose]();
  }
}

async function esptoolOnPty(path, addressesAndFiles) {
  const startedMs = performance.now();
  const program = new Program(
    'python3',
    ['-m', 'esptool', '--chip', chip, '--port', path, '--baud', `${baud}`, '--before', 'no-reset', '--after', 'no-reset', 'write-flash', ...addressesAndFiles],
    { env: { ...process.env, PYTHONPATH: esptoolFolder } },
  ); // prettier-ignore
  const code = await program.exit;
  const elapsedS = (performance.now() - startedMs) / 1000;
  if (
    code !== 0 ||
    program.lines.filter((line) => line.includes('Hash of data verified')).length !== addressesAndFiles.length / 2
  )
    throw new Error(`esptool ended with ${code}: ${program.lines.slice(-5).join('\n')}${program.stderr}`);
  return elapsedS - interpreterS();
}

/** What Python needs to load esptool: that is not flashing. */
function interpreterS() {
  const startedMs = performance.now();
  spawnSync('python3', ['-m', 'esptool', 'version'], {
    env: { ...process.env, PYTHONPATH: esptoolFolder },
    stdio: 'ignore',
  });
  return (performance.now() - startedMs) / 1000;
}

function compressedBytes({ parts }) {
  return parts.reduce((sum, { data }) => sum + deflateSync(data, { level: 9 }).length, 0);
}

function describe(results, image) {
  const shares = results.map(({ one }) => one.lineShare);
  const gains = results.map(({ one, four }) => (4 * one.writeS) / four.writeS);
  const skips = results.map(({ one }) => one.skipS);
  const pairs = results.flatMap(({ overPty }) => (overPty ? [overPty] : []));
  const seconds = (values) => `${median(values).toFixed(2)} s`;
  const compressed = compressedBytes(image);
  return {
    rows: [
      {
        figure: `connected → verified by MD5, ${whole(image.image.sizeBytes)} bytes (${whole(compressed)} compressed), against the line’s own time`,
        ours: seconds(results.map(({ one }) => one.writeS)),
        reference: seconds([compressed / bytesPerSecond]),
        ratio: median(shares),
        spread: spread(shares),
        target: { text: '≥ 0.85', isMet: (ratio) => ratio >= 0.85 },
      },
      {
        figure: 'the same image once more, from the click to the running device',
        ours: seconds(skips),
        target: { text: '≤ 2 s', isMet: () => median(skips) <= 2 },
      },
      {
        figure: 'four ports at once, in images per second against one port',
        ours: seconds(results.map(({ four }) => four.writeS)),
        reference: seconds(results.map(({ one }) => one.writeS)),
        ratio: median(gains),
        spread: spread(gains),
        target: { text: '≥ 3.5', isMet: (ratio) => ratio >= 3.5 },
      },
      ...(pairs.length === 0
        ? []
        : [
            {
              figure:
                'from the click to verified over a timed pty, against Python’s esptool (without loading Python); above 1 = faster',
              ours: seconds(pairs.map(({ oursS }) => oursS)),
              reference: seconds(pairs.map(({ esptoolS }) => esptoolS)),
              ratio: median(pairs.map(({ oursS, esptoolS }) => esptoolS / oursS)),
              spread: spread(pairs.map(({ oursS, esptoolS }) => esptoolS / oursS)),
            },
          ]),
    ],
    bound: `the line: ${whole(bytesPerSecond)} bytes/s. The rest is the stub’s MD5, a question and an answer for each 16 kB, and compressing before the first byte`,
    rounds: results,
  };
}
