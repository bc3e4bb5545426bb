/* A real Mosquitto on loopback with an unlimited queue, so that nothing is dropped, and its default in-flight window (20). */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { Program, until } from './program.mjs';

export function findProgram(name) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/opt/homebrew/sbin'];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** `url`, `program`, `stop`. `isPrompt`: small packets leave at once (set_tcp_nodelay), which is not the default. */
export async function startMosquitto({ isPrompt = false } = {}) {
  const command = process.env.LEITSTAND_MOSQUITTO ?? findProgram('mosquitto');
  if (!command) throw new Error('mosquitto is not installed (Debian: apt-get install mosquitto mosquitto-clients)');
  const folder = mkdtempSync(join(tmpdir(), 'leitstand-bench-broker-'));
  const port = await findFreePort();
  const lines = [`listener ${port} 127.0.0.1`, 'allow_anonymous true', 'log_type error', 'max_queued_messages 0'];
  if (isPrompt) lines.push('set_tcp_nodelay true');
  // Started as root it would change to its own user, who may not read our folder.
  if (process.getuid?.() === 0) lines.push('user root');
  writeFileSync(join(folder, 'mosquitto.conf'), `${lines.join('\n')}\n`);
  const program = new Program(command, ['-c', join(folder, 'mosquitto.conf')]);
  await until(() => accepts(port), `mosquitto on port ${port}; ${program.stderr}`);
  return {
    url: `mqtt://127.0.0.1:${port}`,
    port,
    program,
    stop: async () => {
      await program.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function findFreePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject).listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function accepts(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
