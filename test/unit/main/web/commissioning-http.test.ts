import { describe, expect, it, onTestFinished } from 'vitest';
import { openApi } from '../api/api-bench';
import { StartedHost } from './started-host';

/** The whole core behind the real web host. */
async function openHost() {
  const core = openApi();
  await core.commissioning.start();
  const web = await StartedHost.open(core.router);
  onTestFinished(async () => {
    await web[Symbol.asyncDispose]();
    await core.commissioning.stop();
  });
  return web;
}

const never = { port: '/dev/never' };

describe('commissioning over HTTP', () => {
  it('takes the ids of images in a path as they are listed, with a colon and with a slash that is encoded', async () => {
    const web = await openHost();
    expect(await web.api('DELETE', '/flash/images/bundled:esp32c3')).toMatchObject({
      status: 409,
      body: { error: { code: 'unsupported' } },
    });
    expect(await web.api('DELETE', '/flash/images/backup:board%2F1.bin')).toEqual({
      status: 200,
      body: { removed: false },
    });
  });

  it('answers what names a port that is not there with 404 and the reason, and begins nothing', async () => {
    const web = await openHost();
    const wishes = [
      ['/flash/jobs', { ...never, imageId: 'auto' }],
      ['/flash/inspect', never],
      ['/flash/backups', never],
      ['/provisioning/scan', never],
      ['/setups', { ...never, imageId: 'auto', settings: null }],
    ] as const;
    for (const [path, body] of wishes)
      expect(await web.api('POST', path, body)).toMatchObject({
        status: 404,
        body: { error: { retryable: true, details: { job: 'port_absent', path: '/dev/never' } } },
      });
    expect((await web.api('GET', '/setups')).body).toEqual([]);
    expect((await web.api('GET', '/flash/jobs')).body).toEqual([]);
  });

  it('refuses fields that it does not know in every depth of a template', async () => {
    const web = await openHost();
    const settings = { wifi: { ssid: 'plant', colour: 1 }, broker: { host: 'a', port: 1, size: 1 } };
    expect(await web.api('PUT', '/bench/template', { imageId: 'auto', settings })).toMatchObject({
      status: 400,
      body: { error: { details: { fields: [{ field: 'settings.wifi.colour' }, { field: 'settings.broker.size' }] } } },
    });
  });
});
