import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { BrokerRequest } from '../../../../src/main/command-line';
import { resolveBroker } from '../../../../src/main/host/broker-options';
import { StartupError } from '../../../../src/main/startup-error';
import { findFreePort, takePort } from '../../../fakes/free-port';
import { openTempDir } from '../../../fakes/temp-dir';

const log = pino({ level: 'silent' });
const embedded = (port: number, isPortGiven: boolean): BrokerRequest => ({
  kind: 'embedded',
  port,
  isPortGiven,
  host: '127.0.0.1',
});
const external: BrokerRequest = { kind: 'external', url: 'mqtts://b.example' };
const pem = '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n';

describe('broker options', () => {
  it('keep the usual port where it is free', async () => {
    const port = await findFreePort();
    expect(await resolveBroker(embedded(port, false), log)).toEqual({ kind: 'embedded', port, host: '127.0.0.1' });
  });

  it('give way to a free port where somebody has the usual one', async () => {
    await using taken = await takePort();
    expect(await resolveBroker(embedded(taken.port, false), log)).toEqual({
      kind: 'embedded',
      port: 0,
      host: '127.0.0.1',
    });
  });

  it('keep a port that was asked for, so that the broker refuses it', async () => {
    await using taken = await takePort();
    const { port } = taken;
    expect(await resolveBroker(embedded(port, true), log)).toEqual({ kind: 'embedded', port, host: '127.0.0.1' });
  });

  it('hold the contents of the files', async () => {
    await using folder = await openTempDir('broker-options');
    const file = async (name: string, text: string) => {
      await writeFile(join(folder.path, name), text);
      return join(folder.path, name);
    };
    const request: BrokerRequest = {
      ...external,
      username: 'u',
      passwordFile: await file('password', ' p w \r\n'),
      caFile: await file('ca', `ca ${pem}`),
      certFile: await file('cert', `cert ${pem}`),
      keyFile: await file('key', `key ${pem}`),
    };
    expect(await resolveBroker(request, log)).toEqual({
      kind: 'external',
      url: 'mqtts://b.example',
      username: 'u',
      password: ' p w ',
      ca: `ca ${pem}`,
      cert: `cert ${pem}`,
      key: `key ${pem}`,
    });
  });

  it('are refused with the file that is missing, empty or of the wrong form', async () => {
    await using folder = await openTempDir('broker-options');
    const file = join(folder.path, 'file');
    const ask = (names: object) => resolveBroker({ ...external, ...names }, log);
    await expect(ask({ passwordFile: file })).rejects.toThrow(StartupError);
    await expect(ask({ caFile: file })).rejects.toThrow(`${file} cannot be read (ENOENT)`);
    await writeFile(file, '\n');
    await expect(ask({ passwordFile: file })).rejects.toThrow(`${file} is empty`);
    await expect(ask({ certFile: file })).rejects.toThrow(`${file} is not in PEM form`);
  });
});
