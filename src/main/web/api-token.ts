import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StartupError } from '../startup-error';

const TOKEN_BYTES = 32;
const TOKEN = /^[A-Za-z0-9_-]{43}$/;
const OWNER_ONLY = 0o600;

export function apiTokenFile(dataDirectory: string): string {
  return join(dataDirectory, 'api-token');
}

/** The token of this profile: 256 bits, made once, readable by its owner only. */
export async function loadApiToken(dataDirectory: string): Promise<string> {
  const file = apiTokenFile(dataDirectory);
  try {
    const known = await readIfThere(file);
    if (known !== '') return await checkToken(file, known);
    return await createToken(dataDirectory, file);
  } catch (error) {
    if (error instanceof StartupError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    const message = `The API token ${file} cannot be read or written (${code ?? 'unknown error'}). Check the rights of the folder.`;
    throw new StartupError(message, { cause: error });
  }
}

async function checkToken(file: string, token: string): Promise<string> {
  if (!TOKEN.test(token))
    throw new StartupError(`The API token ${file} is damaged. Delete the file; a new one is made at the next start.`);
  // Somebody may have copied the profile without its rights.
  await chmod(file, OWNER_ONLY);
  return token;
}

async function createToken(dataDirectory: string, file: string): Promise<string> {
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
  // Whole or not at all: a power cut must not leave half a token.
  await writeFile(`${file}.new`, `${token}\n`, { mode: OWNER_ONLY, flush: true });
  await rename(`${file}.new`, file);
  return token;
}

/** Empty where there is no file yet. */
async function readIfThere(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
