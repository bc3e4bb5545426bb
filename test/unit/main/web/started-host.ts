import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { request, type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import type { IncomingMessage } from 'node:http';
import { createLogger } from '../../../../src/main/host/logger';
import type { ApiRouter } from '../../../../src/main/web/http-api';
import { startWebHost, type WebHost } from '../../../../src/main/web/web-host';
import { ManualClock } from '../../../fakes/manual-clock';
import { openTempDir } from '../../../fakes/temp-dir';
import { smallRouter, type StreamCount } from './small-router';

export type Answer = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: string };

export type Question = {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

/** The real web host on a free port over the small router, or another one, with a page of one file and one asset. */
export class StartedHost implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly streams: StreamCount = { ended: 0 };
  /** What was logged, one JSON object per line. */
  readonly logLines: string[] = [];
  readonly #stack = new AsyncDisposableStack();
  #host: WebHost | undefined;
  dataDirectory = '';

  static async open(router?: ApiRouter): Promise<StartedHost> {
    const started = new StartedHost();
    const folder = started.#stack.use(await openTempDir('web-host'));
    started.dataDirectory = join(folder.path, 'data');
    const pageDirectory = join(folder.path, 'page');
    await mkdir(join(pageDirectory, 'assets'), { recursive: true });
    await writeFile(join(pageDirectory, 'index.html'), '<!doctype html><title>The page</title>');
    await writeFile(join(pageDirectory, 'assets', 'app-1a2b.js'), 'export {};');
    await writeFile(join(folder.path, 'secret.html'), 'not for anybody');
    const host = await startWebHost({
      router: router ?? smallRouter(started.streams),
      version: '1.2.3',
      port: 0,
      dataDirectory: started.dataDirectory,
      pageDirectory,
      clock: started.clock,
      log: createLogger('info', { write: (line: string) => void started.logLines.push(line) }),
    });
    started.#stack.defer(host.stop);
    started.#host = host;
    return started;
  }

  get host(): WebHost {
    if (!this.#host) throw new Error('The host is not started');
    return this.#host;
  }

  get port(): number {
    return Number(new URL(this.host.url).port);
  }

  get bearer(): { readonly authorization: string } {
    return { authorization: `Bearer ${this.host.token}` };
  }

  /** Sends a request whose path and headers go out as they stand, which `fetch` would not do. */
  async ask(path: string, { method = 'GET', headers = {}, body }: Question = {}): Promise<Answer> {
    const sent = request({ host: '127.0.0.1', port: this.port, path, method, headers, agent: false });
    sent.end(body);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) };
  }

  /** A request to the API with the token, and its JSON answer. */
  async api(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ readonly status: number; readonly body: unknown }> {
    const json = body === undefined ? {} : { 'content-type': 'application/json' };
    const answer = await this.ask(`/api/v1${path}`, {
      method,
      headers: { ...this.bearer, ...json },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: answer.status, body: JSON.parse(answer.body) as unknown };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}
