import { once } from 'node:events';
import { expect, test, type ElectronApplication } from '@playwright/test';
import { launchShell, type Shell } from './launch';

/**
 * The product's own entry, window, protocol, preload and page in a real Electron. In the old one of the reference machine it proves the
 * shell (see docs/architecture.md); with the product's Electron on the machine the same test runs on that.
 */
test.describe.configure({ mode: 'serial' });

const END_DEADLINE_MS = 5_000;

let shell: Shell;
const problems: string[] = [];

test.beforeAll(async () => {
  shell = await launchShell();
  shell.page.on('pageerror', (error) => problems.push(String(error)));
});

test.afterAll(async () => {
  await shell.app.close().catch(() => undefined);
  shell.remove();
});

test('the window shows the living demo plant over the MessagePort', async () => {
  const { page } = shell;
  await expect(page).toHaveURL(/^app:\/\/leitstand\//);
  await expect(page.getByRole('heading', { name: /Tomatoes/ })).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
});

test('a command goes through and the device confirms it', async () => {
  const { page } = shell;
  await page.getByRole('button', { name: /^Irrigation pump,? off/ }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'On', exact: true }).click();
  await expect(dialog.getByText(/ON applied after/)).toBeVisible({ timeout: 15_000 });
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: /^Irrigation pump,? on/ })).toBeVisible({ timeout: 15_000 });
});

test('the page has no Node, no Electron and no preload function', async () => {
  const found = await shell.page.evaluate(() => {
    const global = globalThis as unknown as Record<string, unknown>;
    return ['require', 'process', 'module', 'Buffer', 'electron', 'ipcRenderer', 'api'].filter(
      (name) => global[name] !== undefined,
    );
  });
  expect(found).toEqual([]);
});

test('the window is isolated and sandboxed', async () => {
  const preferences = await shell.app.evaluate(({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows();
    const contents = window?.webContents as unknown as
      { getLastWebPreferences?: () => Record<string, unknown> } | undefined;
    const { contextIsolation, sandbox, nodeIntegration, webSecurity, webviewTag } =
      contents?.getLastWebPreferences?.() ?? {};
    return { contextIsolation, sandbox, nodeIntegration, webSecurity, webviewTag };
  });
  expect(preferences).toEqual({
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    webSecurity: true,
    webviewTag: false,
  });
});

test('the content security policy is in force: no eval, no inline script, no foreign address', async () => {
  const result = await shell.page.evaluate(async () => {
    const answers: Record<string, string> = {};
    // In a task of the page itself: what Playwright calls directly is exempt from the policy.
    answers['eval'] = await new Promise((resolve) => {
      setTimeout(() => {
        try {
          // oxlint-disable-next-line no-eval -- the point of the test
          globalThis.eval('1 + 1');
          resolve('ran');
        } catch (error) {
          resolve(error instanceof Error ? error.name : 'refused');
        }
      });
    });
    const script = document.createElement('script');
    script.textContent = 'globalThis.inlineRan = true';
    document.head.append(script);
    answers['inline'] = (globalThis as unknown as { inlineRan?: boolean }).inlineRan === true ? 'ran' : 'refused';
    answers['fetch'] = await fetch('http://127.0.0.1:9/').then(
      () => 'ran',
      () => 'refused',
    );
    const own = await fetch('/index.html');
    answers['policy'] = own.headers.get('content-security-policy') ?? 'none';
    return answers;
  });
  expect(result).toMatchObject({ eval: 'EvalError', inline: 'refused', fetch: 'refused' });
  expect(result['policy']).toContain("default-src 'none'");
});

test('windows, navigation and permissions are refused', async () => {
  const { app, page } = shell;
  const before = page.url();
  const opened = await page.evaluate(() => window.open('https://example.org/') === null);
  expect(opened).toBe(true);
  await page.evaluate(() => {
    window.location.href = 'https://example.org/';
  });
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
  expect(page.url()).toBe(before);
  const permissions = await page.evaluate(async () => ({
    notifications: await Notification.requestPermission(),
    geolocation: await new Promise((resolve) => {
      navigator.geolocation.getCurrentPosition(
        () => resolve('granted'),
        ({ code }) => resolve(code === 1 ? 'denied' : `error ${code}`),
      );
    }),
  }));
  expect(permissions).toEqual({ notifications: 'denied', geolocation: 'denied' });
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
});

test('a reload of the page connects again', async () => {
  const { page } = shell;
  await page.reload();
  await expect(page.getByRole('heading', { name: /Tomatoes/ })).toBeVisible({ timeout: 30_000 });
});

test('a port that carries something else is closed, and the page gets another one', async () => {
  const answers = await shell.page.evaluate(async () => {
    const requestPort = () =>
      new Promise<MessagePort | undefined>((resolve) => {
        const receive = ({ data, ports }: MessageEvent) => {
          if (data !== 'leitstand:port') return;
          window.removeEventListener('message', receive);
          resolve(ports[0]);
        };
        window.addEventListener('message', receive);
        window.postMessage('leitstand:request-port', '/');
      });
    const ask = async (port: MessagePort | undefined, message: unknown) =>
      new Promise<string>((resolve) => {
        if (!port) throw new Error('no port');
        port.addEventListener('message', ({ data }) => resolve(String(data)));
        port.addEventListener('close', () => resolve('closed'));
        port.start();
        port.postMessage(message);
        setTimeout(() => resolve('silence'), 2_000);
      });
    const status = JSON.stringify({ i: '1', p: { u: '/console/status' } });
    const hostile = [status, JSON.stringify({ i: '1', p: {} }), { i: 1 }];
    const found: string[] = [];
    for (const message of hostile) found.push(await ask(await requestPort(), message));
    return found;
  });
  expect(answers[0]).toContain('"host":"electron"');
  // Chromium 108 tells a page nothing about a port that the other side closed.
  for (const answer of answers.slice(1)) expect(['closed', 'silence']).toContain(answer);
  await shell.page.reload();
  await expect(shell.page.getByRole('heading', { name: /Tomatoes/ })).toBeVisible({ timeout: 30_000 });
});

test('a second start on the same profile leaves at once and the first window stays', async () => {
  expect(await shell.startAgain()).toBe(0);
  expect(await shell.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
});

test('a page whose process died comes back by itself', async () => {
  // Playwright loses a page that crashed, so the main process tells: the new page is loaded and has asked for its port.
  await shell.app.evaluate(async ({ BrowserWindow, ipcMain }) => {
    const askedForPort = new Promise((resolve) => {
      ipcMain.once('leitstand:request-port', resolve);
    });
    BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer();
    await askedForPort;
  });
});

test('quitting ends it cleanly within five seconds', async () => {
  const { app } = shell;
  const exit = exitOf(app);
  await app.evaluate(({ app: electron }) => {
    setImmediate(() => electron.quit());
  });
  expect(await exit).toEqual({ code: 0, isQuick: true });
  expect(problems).toEqual([]);
});

test('closing the window, and a signal, end it cleanly as well', async () => {
  const ways = [
    (app: ElectronApplication) => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close()),
    (app: ElectronApplication) => app.process().kill('SIGTERM'),
  ];
  for (const end of ways) {
    const { app, remove } = await launchShell();
    const exit = exitOf(app);
    await Promise.resolve(end(app)).catch(() => undefined);
    expect(await exit).toEqual({ code: 0, isQuick: true });
    remove();
  }
});

async function exitOf(app: ElectronApplication): Promise<{ code: number | null; isQuick: boolean }> {
  const startedMs = performance.now();
  const [code] = (await once(app.process(), 'exit')) as [number | null];
  return { code, isQuick: performance.now() - startedMs < END_DEADLINE_MS };
}
