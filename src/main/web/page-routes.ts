import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PageFile, PageFiles } from '../host/page-files';
import type { Access } from './access';
import { sendFailure } from './http-api';
import { loginPage, loginPagePolicy, type LoginNotice } from './login-page';
import { readText } from './request-body';

export type PageRoutesOptions = {
  readonly access: Access;
  readonly files: PageFiles;
  /** Named to a user who is not logged in. */
  readonly tokenFile: string;
  /** Where Vite serves the page in development; `/` then leads there. */
  readonly developmentPage: string | undefined;
};

const seeOther = 303;

/** The page, its files, and how a browser logs in. The files hold no secret and need no login; the page does. */
export class PageRoutes {
  readonly #options: PageRoutesOptions;

  constructor(options: PageRoutesOptions) {
    this.#options = options;
  }

  async answer(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const isReading = request.method === 'GET' || request.method === 'HEAD';
    const file = this.#options.files.find(url.pathname);
    if (request.method === 'POST' && url.pathname === '/login') await this.#logInByToken(request, response);
    else if (isReading && url.pathname === '/') await this.#answerPage(request, response, url, file);
    else if (isReading && file) await sendFile(response, file);
    else sendNotFound(response, url);
  }

  async #answerPage(
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    file: PageFile | undefined,
  ): Promise<void> {
    const { access, developmentPage } = this.#options;
    const code = url.searchParams.get('code');
    if (code !== null && access.redeemLoginCode(code)) {
      this.#letIn(response);
    } else if (access.callerOf(request.headers) === null) {
      this.#askIn(response, code === null ? 'none' : 'used_code');
    } else if (developmentPage !== undefined) {
      response.writeHead(seeOther, { Location: developmentPage }).end();
    } else if (file) {
      // Each visit prolongs the login.
      response.setHeader('Set-Cookie', access.sessionCookie());
      await sendFile(response, file);
    } else {
      sendNotFound(response, url);
    }
  }

  async #logInByToken(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const token = new URLSearchParams(await readText(request)).get('token') ?? '';
    if (this.#options.access.isToken(token.trim())) this.#letIn(response);
    else this.#askIn(response, 'wrong_token');
  }

  /** Sends the browser on to the page without the code, which then stands in no history and no bookmark. */
  #letIn(response: ServerResponse): void {
    const headers = { Location: '/', 'Set-Cookie': this.#options.access.sessionCookie(), 'Cache-Control': 'no-store' };
    response.writeHead(seeOther, headers).end();
  }

  #askIn(response: ServerResponse, notice: LoginNotice): void {
    const headers = {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': loginPagePolicy,
      // With no-referrer a browser posts the form with `Origin: null`, which the guard refuses.
      'Referrer-Policy': 'same-origin',
      'Cache-Control': 'no-store',
    };
    response.writeHead(401, headers).end(loginPage(notice, this.#options.tokenFile));
  }
}

async function sendFile(response: ServerResponse, file: PageFile): Promise<void> {
  const content = await readFile(file.path);
  const headers = {
    'Content-Type': file.contentType,
    'Content-Length': content.length,
    'Cache-Control': file.cacheControl,
  };
  response.writeHead(200, headers).end(content);
}

function sendNotFound(response: ServerResponse, url: URL): void {
  sendFailure(response, { code: 'not_found', message: `There is no page ${url.pathname}.`, retryable: false });
}
