import { readFile } from 'node:fs/promises';
import { protocol } from 'electron';
import type { PageFiles } from '../host/page-files';
import { securityHeaders } from '../host/security-headers';

const SCHEME = 'app';
const HOST = 'leitstand';
/** Where the page lives. Not `file:`, which would let it read the disk. */
export const PAGE_ORIGIN = `${SCHEME}://${HOST}`;

/** To be called before the app is ready: a standard scheme gives the page an origin of its own, and storage. */
export function registerPageScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** Serves the page's own files with the same security headers as the browser host, and nothing else. */
export function servePage(files: PageFiles): void {
  protocol.handle(SCHEME, async (request) => {
    const url = new URL(request.url);
    const file = url.host === HOST && request.method === 'GET' ? files.find(url.pathname) : undefined;
    if (!file) return new Response('Not found', { status: 404, headers: securityHeaders });
    const body = await readFile(file.path);
    return new Response(new Uint8Array(body), {
      headers: { ...securityHeaders, 'Content-Type': file.contentType, 'Cache-Control': file.cacheControl },
    });
  });
}
