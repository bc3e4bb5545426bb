import { readdir } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';

export type PageFile = { readonly path: string; readonly contentType: string; readonly cacheControl: string };

/** A new kind of file in the page's build: one line. */
const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

/** The build puts files whose name carries a hash of their content here. */
const HASHED_FOLDER = '/assets/';

/**
 * The page's files by URL path. The folder is listed once, and only what was found then is ever served: a path that climbs out of the
 * folder names no file.
 */
export class PageFiles {
  readonly #files: ReadonlyMap<string, PageFile>;

  private constructor(files: ReadonlyMap<string, PageFile>) {
    this.#files = files;
  }

  /** Lists the folder; a folder that is not there (the page not built, as in development) gives no files. */
  static async open(folder: string): Promise<PageFiles> {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    return new PageFiles(new Map(files.flatMap((path) => describe(folder, path))));
  }

  /** The file behind the path of a URL; `/` is the page itself. */
  find(urlPath: string): PageFile | undefined {
    return this.#files.get(urlPath === '/' ? '/index.html' : urlPath);
  }
}

function describe(folder: string, path: string): [string, PageFile][] {
  const urlPath = `/${relative(folder, path).split(sep).join('/')}`;
  const contentType = contentTypes[extname(path)];
  if (contentType === undefined) return [];
  const cacheControl = urlPath.startsWith(HASHED_FOLDER) ? 'public, max-age=31536000, immutable' : 'no-cache';
  return [[urlPath, { path, contentType, cacheControl }]];
}
