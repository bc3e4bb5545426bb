import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '../clock';

export const LOGIN_CODE_LIFETIME_MS = 10 * 60_000;
/** More codes than this are not open at once; the oldest gives way. */
const MAX_OPEN_CODES = 16;
const COOKIE_LIFETIME_S = 30 * 24 * 3600;
const SESSION_PURPOSE = 'leitstand browser session';

/** Who a request comes from: a script with the token, or the operator in a browser that logged in. */
export type Caller = 'script' | 'operator';

export type AccessOptions = { readonly token: string; readonly port: number; readonly clock: Clock };

/**
 * Decides who gets in. The cookie's value follows from the token, so a browser stays logged in over a restart of the console, and a new
 * token locks out both; the token itself never enters a browser.
 */
export class Access {
  readonly #token: string;
  readonly #session: string;
  readonly #cookieName: string;
  readonly #clock: Clock;
  /** Digests of the open login codes, with their end on the monotonic clock. */
  readonly #codes = new Map<string, number>();

  constructor({ token, port, clock }: AccessOptions) {
    this.#token = token;
    this.#session = createHmac('sha256', token).update(SESSION_PURPOSE).digest('base64url');
    // Cookies do not tell ports apart: two consoles on one machine must not overwrite each other's.
    this.#cookieName = `leitstand-${port}`;
    this.#clock = clock;
  }

  /** Who sent these headers, or null. */
  callerOf(headers: IncomingHttpHeaders): Caller | null {
    const [scheme, token] = (headers.authorization ?? '').split(' ', 2);
    if (scheme?.toLowerCase() === 'bearer' && token !== undefined && this.isToken(token)) return 'script';
    const isLoggedIn = readCookies(headers.cookie, this.#cookieName).some((value) => isSame(value, this.#session));
    return isLoggedIn ? 'operator' : null;
  }

  isToken(token: string): boolean {
    return isSame(token, this.#token);
  }

  /** A code that logs one browser in, once, within ten minutes. */
  createLoginCode(): string {
    const [oldest] = this.#codes.keys();
    if (this.#codes.size >= MAX_OPEN_CODES && oldest !== undefined) this.#codes.delete(oldest);
    const code = randomBytes(24).toString('base64url');
    this.#codes.set(digest(code).toString('hex'), this.#clock.monotonic() + LOGIN_CODE_LIFETIME_MS);
    return code;
  }

  /** True the first time that a code is shown in its lifetime. */
  redeemLoginCode(code: string): boolean {
    const key = digest(code).toString('hex');
    const until = this.#codes.get(key);
    this.#codes.delete(key);
    return until !== undefined && this.#clock.monotonic() < until;
  }

  /** Value of the `Set-Cookie` header that logs a browser in, or keeps it so. */
  sessionCookie(): string {
    return `${this.#cookieName}=${this.#session}; Path=/; Max-Age=${COOKIE_LIFETIME_S}; HttpOnly; SameSite=Strict`;
  }
}

function readCookies(header: string | undefined, name: string): readonly string[] {
  const pairs = (header ?? '').split(';').map((pair) => pair.trim());
  return pairs.filter((pair) => pair.startsWith(`${name}=`)).map((pair) => pair.slice(name.length + 1));
}

/** Compares digests: they have one length, and the time tells nothing. */
function isSame(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
