import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { StartupError } from '../../../../src/main/startup-error';
import { apiTokenFile, loadApiToken } from '../../../../src/main/web/api-token';
import { openTempDir } from '../../../fakes/temp-dir';

const rightsOf = async (file: string) => ((await stat(file)).mode & 0o777).toString(8);

describe('API token', () => {
  it('is made once: 256 bits, for its owner only', async () => {
    await using folder = await openTempDir('token');
    const directory = join(folder.path, 'not', 'there', 'yet');
    const token = await loadApiToken(directory);
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    expect(await readFile(apiTokenFile(directory), 'utf8')).toBe(`${token}\n`);
    expect(await rightsOf(apiTokenFile(directory))).toBe('600');
    expect(await loadApiToken(directory)).toBe(token);
    expect(await readdir(directory)).toEqual(['api-token']);
  });

  it('differs between profiles', async () => {
    await using one = await openTempDir('token');
    await using other = await openTempDir('token');
    expect(await loadApiToken(one.path)).not.toBe(await loadApiToken(other.path));
  });

  it('gets its rights back when somebody loosened them', async () => {
    await using folder = await openTempDir('token');
    await loadApiToken(folder.path);
    await chmod(apiTokenFile(folder.path), 0o644);
    await loadApiToken(folder.path);
    expect(await rightsOf(apiTokenFile(folder.path))).toBe('600');
  });

  it('is made anew in an empty file, as a power cut may leave it', async () => {
    await using folder = await openTempDir('token');
    await writeFile(apiTokenFile(folder.path), '');
    expect(await loadApiToken(folder.path)).toHaveLength(43);
  });

  it.each(['short', `${'A'.repeat(43)}!`, 'A'.repeat(44)])(
    'refuses the damaged token "%s" and says what to do',
    async (text) => {
      await using folder = await openTempDir('token');
      await writeFile(apiTokenFile(folder.path), text);
      await expect(loadApiToken(folder.path)).rejects.toThrow(StartupError);
      await expect(loadApiToken(folder.path)).rejects.toThrow(/Delete the file/);
    },
  );

  it('names the file when the folder cannot be used', async () => {
    await using folder = await openTempDir('token');
    await writeFile(join(folder.path, 'file'), '');
    await expect(loadApiToken(join(folder.path, 'file'))).rejects.toThrow(
      /api-token cannot be read or written \(ENOTDIR\)/,
    );
  });
});
