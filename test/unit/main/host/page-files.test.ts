import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PageFiles } from '../../../../src/main/host/page-files';
import { openTempDir } from '../../../fakes/temp-dir';

describe('page files', () => {
  it('are those of the folder, with type and cache time', async () => {
    await using folder = await openTempDir('page');
    await mkdir(join(folder.path, 'assets'));
    const files = [
      'index.html',
      'assets/app-1a.js',
      'assets/app-1a.css',
      'assets/font-2b.woff2',
      'assets/app-1a.js.map',
      'notes',
    ];
    for (const name of files) await writeFile(join(folder.path, name), '');
    const page = await PageFiles.open(folder.path);
    const index = {
      path: join(folder.path, 'index.html'),
      contentType: 'text/html; charset=utf-8',
      cacheControl: 'no-cache',
    };
    expect(page.find('/')).toEqual(index);
    expect(page.find('/index.html')).toEqual(index);
    expect(page.find('/assets/font-2b.woff2')).toEqual({
      path: join(folder.path, 'assets/font-2b.woff2'),
      contentType: 'font/woff2',
      cacheControl: 'public, max-age=31536000, immutable',
    });
    // What has no known type is not part of the page.
    expect([page.find('/assets/app-1a.js.map'), page.find('/notes')]).toEqual([undefined, undefined]);
  });

  it('do not follow links and paths out of the folder', async () => {
    await using folder = await openTempDir('page');
    await mkdir(join(folder.path, 'page'));
    await writeFile(join(folder.path, 'secret.html'), '');
    await symlink(join(folder.path, 'secret.html'), join(folder.path, 'page', 'link.html'));
    const page = await PageFiles.open(join(folder.path, 'page'));
    const climbing = ['/../secret.html', '/assets/../../secret.html', '/%2e%2e/secret.html', '/..%2fsecret.html'];
    const odd = ['//secret.html', '../secret.html', '/..\\secret.html', '/index.html\0.js', '/__proto__', ''];
    const paths = ['/link.html', ...climbing, ...odd];
    expect(paths.filter((path) => page.find(path) !== undefined)).toEqual([]);
  });

  it('are none where there is no folder', async () => {
    expect((await PageFiles.open('/not/there')).find('/')).toBeUndefined();
  });
});
