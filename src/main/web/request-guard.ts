import type { IncomingHttpHeaders } from 'node:http';

/** The addresses under which the console is reached, as `host:port`. Browsers leave port 80 away. */
export function ownHosts(port: number): ReadonlySet<string> {
  const names = ['127.0.0.1', 'localhost', '[::1]'];
  return new Set(names.flatMap((name) => (port === 80 ? [name, `${name}:80`] : [`${name}:${port}`])));
}

export type RequestOrigin = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
};

/**
 * Answers with a sentence when a request comes from somewhere else: a foreign name that was pointed at this machine (DNS rebinding), or
 * a page of another origin. The token alone does not protect against either, since browsers send the cookie along.
 */
export function foreignOrigin({ method, path, headers }: RequestOrigin, hosts: ReadonlySet<string>): string | null {
  if (!hosts.has((headers.host ?? '').toLowerCase()))
    return 'This host name is not the console: use the address that it printed.';
  if (headers.origin !== undefined && !isOwnOrigin(headers.origin, hosts))
    return 'Pages of other origins may not use the console.';
  const site = headers['sec-fetch-site'];
  if (site === undefined || site === 'same-origin' || site === 'none') return null;
  // Following a link to the page itself is fine; the strict cookie does not come with it.
  const isLink = method === 'GET' && path === '/' && headers['sec-fetch-mode'] === 'navigate';
  return isLink ? null : 'Pages of other origins may not use the console.';
}

function isOwnOrigin(origin: string, hosts: ReadonlySet<string>): boolean {
  const scheme = 'http://';
  return origin.startsWith(scheme) && hosts.has(origin.slice(scheme.length).toLowerCase());
}
