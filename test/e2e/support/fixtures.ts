/*
 * The `test` of every end-to-end file: a page whose console must stay silent. An error, a warning or an uncaught exception in any page fails
 * the test, unless the test said beforehand that it provokes it (`browserLog.allow`).
 */
import { test as base, expect } from '@playwright/test';

export class BrowserLog {
  readonly #problems: string[] = [];
  readonly #allowed: RegExp[] = [];

  /** For what the browser itself reports about something that the test does on purpose, such as a socket to a killed console. */
  allow(...expressions: readonly RegExp[]): void {
    this.#allowed.push(...expressions);
  }

  add(problem: string): void {
    this.#problems.push(problem);
  }

  get problems(): readonly string[] {
    return this.#problems.filter((problem) => !this.#allowed.some((expression) => expression.test(problem)));
  }
}

/** What Chromium writes when the console is away. */
export const consoleIsAway = [/WebSocket connection to .* failed/, /net::ERR_CONNECTION_(REFUSED|RESET)/];

const silent = ['log', 'info', 'debug', 'timeEnd'];

type Fixtures = {
  readonly browserLog: BrowserLog;
  /** What a test opens beside the page; taken down after the page, which would complain of a console that went first. */
  readonly kept: AsyncDisposableStack;
};

export const test = base.extend<Fixtures>({
  // Playwright wants the pattern, also where nothing is taken out of it.
  // eslint-disable-next-line no-empty-pattern -- see above
  kept: async ({}, use) => {
    await using kept = new AsyncDisposableStack();
    await use(kept);
  },
  browserLog: [
    // In this order: `kept` is set up first and goes last.
    async ({ kept: _kept, context }, use) => {
      const log = new BrowserLog();
      context.on('console', (message) => {
        if (!silent.includes(message.type()))
          log.add(`${message.type()}: ${message.text()} (${message.location().url})`);
      });
      context.on('weberror', (error) => log.add(`uncaught: ${error.error().stack ?? error.error().message}`));
      await use(log);
      expect(log.problems, 'what the page wrote to its console').toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };
