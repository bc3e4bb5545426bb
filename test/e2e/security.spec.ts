import type { Page } from '@playwright/test';
import { ConsoleProcess } from '../fakes/console-process';
import { expectLive, openByLoginUrl, openByToken } from './support/console-page';
import { expect, test } from './support/fixtures';
import { addStops, clearDialog, closeDialog, dialogs, openDialog, openTour, screens, visit } from './support/tour';

/** Chromium's word for the answer 401 to a page, which the test asks for. */
const refused = /the server responded with a status of 401/;
const blockedByPolicy = /violates the following Content Security Policy directive/;

/** Everything that the browser has blocked on this page since the call. */
async function watchViolations(page: Page): Promise<() => Promise<readonly string[]>> {
  await page.evaluate(() => {
    const blocked: string[] = [];
    Object.assign(window, { blocked });
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
      blocked.push(`${effectiveDirective} ${blockedURI}`);
    });
  });
  return () => page.evaluate(() => (window as unknown as { blocked: readonly string[] }).blocked);
}

test('a browser that is not logged in is told how to get in, and gets in by the token', async ({
  page,
  kept,
  browserLog,
}) => {
  browserLog.allow(refused);
  const running = kept.use(await ConsoleProcess.start());
  const answer = await page.goto(running.url);
  expect(answer?.status()).toBe(401);
  await expect(page.getByText('This browser is not logged in.')).toBeVisible();
  await expect(page.getByText('Dieser Browser ist nicht angemeldet.')).toBeVisible();
  await expect(page.getByText(running.profile).first(), 'it names the file with the token').toBeVisible();
  expect(await page.content()).not.toContain(running.token);

  await page.getByLabel('Token').fill('wrong');
  await page.getByRole('button').click();
  await expect(page.getByText('This is not the token of this console.')).toBeVisible();

  await page.getByLabel('Token').fill(running.token);
  await page.getByRole('button').click();
  await expectLive(page);
  const [cookie] = await page.context().cookies();
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' });
  expect(cookie?.value).not.toContain(running.token);
});

test('the printed address lets one browser in, once, and leaves no code behind', async ({ page, kept, browser }) => {
  const running = kept.use(await ConsoleProcess.start());
  await openByLoginUrl(page, running);
  expect(page.url()).not.toContain('code');
  const other = kept.adopt(await browser.newContext(), (context) => context.close());
  const second = await other.newPage();
  const answer = await second.goto(await running.loginUrl());
  expect(answer?.status()).toBe(401);
  await expect(second.getByText('This code was used before, or it is older than ten minutes.')).toBeVisible();
  await page.reload();
  await expectLive(page);
});

test('without a login neither the API nor the live connection answers', async ({ page, kept, browserLog }) => {
  browserLog.allow(refused, /WebSocket connection to .* failed/);
  const running = kept.use(await ConsoleProcess.start());
  await page.goto(running.url);
  const status = await page.context().request.get(`${running.url}/api/v1/status`);
  expect(status.status()).toBe(401);
  const foreign = await page.context().request.get(`${running.url}/api/v1/status`, {
    headers: { Authorization: `Bearer ${running.token}`, Origin: 'http://evil.example' },
  });
  expect(foreign.status(), 'a foreign page, whatever it knows').toBe(403);
  const blank = await page.context().newPage();
  const end = await blank.evaluate(
    (address) =>
      new Promise((resolve) => {
        const socket = new WebSocket(address);
        socket.addEventListener('open', () => resolve('open'));
        socket.addEventListener('close', () => resolve('closed'));
      }),
    `${running.url.replace('http', 'ws')}/rpc`,
  );
  expect(end).toBe('closed');
});

test('inline scripts, eval and foreign addresses are blocked', async ({ page, kept, browserLog }) => {
  const running = kept.use(await ConsoleProcess.start());
  await openByToken(page, running);
  browserLog.allow(blockedByPolicy, /Content.Security.Policy/i);
  const violations = await watchViolations(page);
  const ran = await page.evaluate(async () => {
    const script = document.createElement('script');
    script.textContent = 'window.ranInline = true';
    document.head.append(script);
    // Later, so that it runs as the page's own and not as the debugger's.
    const evaluated = await new Promise((resolve) => {
      setTimeout(() => {
        try {
          // eslint-disable-next-line no-eval -- what has to be blocked
          resolve(eval('"ran"'));
        } catch (error) {
          resolve((error as Error).name);
        }
      });
    });
    const fetched = await fetch('http://127.0.0.1:9/').then(
      () => 'sent',
      () => 'blocked',
    );
    return { inline: 'ranInline' in window, evaluated, fetched };
  });
  expect(ran).toEqual({ inline: false, evaluated: 'EvalError', fetched: 'blocked' });
  const blocked = await violations();
  expect(blocked).toContain('script-src-elem inline');
  expect(blocked).toContain('script-src eval');
  expect(blocked.some((each) => each.startsWith('connect-src http://127.0.0.1:9'))).toBe(true);
});

test('no screen and no dialog writes an error or a warning to the browser, or loads anything from elsewhere', async ({
  page,
  kept,
}) => {
  const tour = await openTour(kept);
  const foreign: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(tour.stage.console.url) && !request.url().startsWith('data:'))
      foreign.push(request.url());
  });
  await openByToken(page, tour.stage.console);
  const violations = await watchViolations(page);
  for (const place of screens(tour)) await visit(page, place);
  for (const place of dialogs(tour)) {
    await openDialog(page, place);
    await closeDialog(page);
  }
  await addStops(tour);
  await openDialog(page, clearDialog());
  await closeDialog(page);
  for (const place of screens(tour)) await visit(page, place);
  expect(await violations()).toEqual([]);
  expect(foreign).toEqual([]);
  // What was written to the browser's console is judged by the fixture.
});
