/* `npm start [-- ARGUMENTS]`: Electron where its binary and a display are there, the browser host otherwise. */
import { join } from 'node:path';
import { run } from './processes.mjs';
import { fail, findElectron, node24, noNode24, progress, root, setUp } from './setup.mjs';

const args = process.argv.slice(2);
await setUp();

const electron = findElectron();
const hasDisplay = process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
process.exit(electron && hasDisplay ? await startElectron(electron) : await startBrowserHost());

function startElectron(binary) {
  // Chromium's sandbox refuses to run as root.
  const asRoot = process.platform === 'linux' && process.getuid() === 0;
  return run(binary, [...(asRoot ? ['--no-sandbox'] : []), root, ...args]);
}

function startBrowserHost() {
  progress(
    electron
      ? 'There is no display: the console opens in the browser host, at the address below.'
      : "Electron's binary is not here (node_modules/electron/dist): the console opens in the browser instead.",
  );
  const node = node24() ?? fail(noNode24);
  const quiet = hasDisplay || args.includes('--no-open') ? [] : ['--no-open'];
  return run(node, [join(root, 'out', 'main', 'serve.js'), ...quiet, ...args]);
}
