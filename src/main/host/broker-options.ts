import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Logger } from 'pino';
import type { BrokerRequest } from '../command-line';
import type { BrokerOptions } from '../console';
import { StartupError } from '../startup-error';

/**
 * Turns what the command line names into what the core takes: files are read, and the own broker's usual port gives way to a free one
 * when somebody else has it. A port that was asked for does not give way; the core then refuses to start.
 */
export async function resolveBroker(request: BrokerRequest, log: Logger): Promise<BrokerOptions> {
  if (request.kind === 'embedded') {
    const { port, host } = request;
    if (request.isPortGiven || (await isFree(port, host))) return { kind: 'embedded', port, host };
    log.warn({ port }, 'The usual port of the own broker is taken; it listens on a free one');
    return { kind: 'embedded', port: 0, host };
  }
  const { url, username, passwordFile, caFile, certFile, keyFile } = request;
  return {
    kind: 'external',
    url,
    ...(username !== undefined && { username }),
    ...(passwordFile !== undefined && { password: await readPassword(passwordFile) }),
    ...(caFile !== undefined && { ca: await readPem(caFile) }),
    ...(certFile !== undefined && { cert: await readPem(certFile) }),
    ...(keyFile !== undefined && { key: await readPem(keyFile) }),
  };
}

/** Listens for a moment where the broker will. */
async function isFree(port: number, host: string): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

async function readPassword(file: string): Promise<string> {
  const password = (await readText(file)).replace(/\r?\n$/, '');
  if (password === '') throw new StartupError(`The password file ${file} is empty.`);
  return password;
}

async function readPem(file: string): Promise<string> {
  const text = await readText(file);
  if (!text.includes('-----BEGIN '))
    throw new StartupError(`${file} is not in PEM form: it has no line "-----BEGIN …".`);
  return text;
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new StartupError(`${file} cannot be read (${code ?? 'unknown error'}). Check the path and its rights.`, {
      cause: error,
    });
  }
}
