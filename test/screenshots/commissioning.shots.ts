/*
 * Takes the pictures of commissioning for docs/screenshots: virtual boards on ptys, one of them on a line as slow as a real one. The states are made
 * over the API; the pages are only looked at. Not a test: it judges nothing. Run by `npm run screenshots -- commissioning`.
 */
import { join, resolve } from 'node:path';
import { expect, test, type Browser, type Page } from '@playwright/test';
import type { SetupJob } from '../../src/shared/api/commissioning';
import { Stage } from '../fakes/stage';
import { Boards, portWhen, setupWhen, wifi, type BoardKind } from '../e2e/support/boards';
import { standStill } from '../e2e/support/tour';
import { text, type Language } from '../e2e/support/texts';

const folder = resolve(import.meta.dirname, '../../docs/screenshots');
const small = { width: 1366, height: 768 };
const large = { width: 1920, height: 1080 };
/** Each screen at both sizes in both schemes, and once in German. */
const views = {
  en: [
    { scheme: 'dark', size: small },
    { scheme: 'dark', size: large },
    { scheme: 'light', size: small },
    { scheme: 'light', size: large },
  ],
  de: [{ scheme: 'dark', size: small }],
} as const;
const locales = { en: 'en-GB', de: 'de-DE' } as const;
/** A speed at which a picture of writing can be taken in peace. */
const slowBaud = 115_200;
const slowDeadlineMs = 120_000;

type Scene = { readonly stage: Stage; readonly boards: Boards; readonly page: Page; readonly language: Language };

async function openScene(
  browser: Browser,
  kept: AsyncDisposableStack,
  language: Language,
  ...kinds: readonly BoardKind[]
): Promise<Scene> {
  const boards = kept.use(await Boards.make(...kinds));
  const stage = kept.use(await Stage.open('embedded', {}, { serialPorts: boards.paths }));
  await stage.client.call('PUT', '/zones/tomatoes', { name: language === 'de' ? 'Tomaten' : 'Tomatoes' });
  const context = await browser.newContext({ locale: locales[language] });
  kept.defer(() => context.close());
  const page = await context.newPage();
  return { stage, boards, page, language };
}

async function show({ stage, page }: Scene, address: string): Promise<void> {
  if (page.url() === 'about:blank') {
    const form = { token: stage.console.token };
    await page.context().request.post(`${stage.console.url}/login`, { form, maxRedirects: 0 });
  }
  await page.goto(`${stage.console.url}/#/commissioning/${address}`);
  await page.reload();
}

async function shoot({ page, language }: Scene, name: string): Promise<void> {
  for (const { scheme, size } of views[language]) {
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    await standStill(page);
    const suffix = language === 'de' ? '-de' : '';
    await page.screenshot({ path: join(folder, `${name}-${scheme}-${size.width}x${size.height}${suffix}.png`) });
  }
}

const settingsOf = ({ stage }: Scene, name: string) => ({
  wifi: { ssid: wifi.ssid, password: wifi.password },
  broker: { host: '127.0.0.1', port: Number(new URL(stage.console.broker.url).port) },
  name,
  zoneId: 'tomatoes',
});

const goOn = (page: Page) => page.getByRole('main').locator('form button[type="submit"]').click();

for (const language of ['en', 'de'] as const) {
  test(`set up a device, ${language}`, async ({ browser }) => {
    await using kept = new AsyncDisposableStack();
    const scene = await openScene(browser, kept, language, { isPaced: true });
    const { stage, boards, page } = scene;
    const { client } = stage;
    const board = boards.board(0);
    await board.plugIn();
    await portWhen(client, board.path, true);
    await show(scene, 'setup');
    await expect(page.getByRole('radio', { name: board.path })).toBeChecked();
    await shoot(scene, 'setup-port');
    await goOn(page);
    await expect(page.getByText(board.deviceId)).toBeVisible({ timeout: 30_000 });
    await expect(page.getByRole('progressbar')).toBeHidden({ timeout: 30_000 });
    await shoot(scene, 'setup-look');

    board.chip.pressReset();
    const options = { baud: slowBaud };
    const settings = settingsOf(scene, language === 'de' ? 'Pumpe 1' : 'Pump 1');
    await client.call('POST', '/setups', { port: board.path, imageId: 'auto', options, settings });
    boards.helpByHand(client);
    await show(scene, 'setup');
    const isHalfWritten = ({ flash }: SetupJob) => flash !== null && flash.bytesWritten > flash.bytesTotal / 4;
    await setupWhen(client, isHalfWritten, slowDeadlineMs);
    await shoot(scene, 'setup-running');
    await setupWhen(client, ({ state }) => state === 'done', slowDeadlineMs);
    await expect(page.getByRole('img')).not.toHaveCount(0);
    await shoot(scene, 'setup-done');
  });

  test(`bench, monitor, images and certificates, ${language}`, async ({ browser }) => {
    await using kept = new AsyncDisposableStack();
    const scene = await openScene(browser, kept, language, {}, { chip: 'esp32c6' }, { isPaced: true }, {}, {});
    const { stage, boards, page } = scene;
    const { client } = stage;
    const [first, second, slow] = [boards.board(0), boards.board(1), boards.board(2)];
    boards.helpByHand(client);
    second.chip.faults.wrongMd5 = true;
    const { wifi: network, broker, zoneId } = settingsOf(scene, '');
    const template = {
      imageId: 'auto',
      naming: 'Node {n:3}',
      nextNumber: 24,
      settings: { wifi: network, broker, zoneId },
    };
    const queue = ['Lamp 1', 'Lamp 2', 'Lamp 3', 'Lamp 4', 'Lamp 5', 'Lamp 6'].map((name) => ({ name }));
    await client.call('PUT', '/bench/template', { ...template, options: { baud: slowBaud } });
    await client.call('PUT', '/bench/queue', { queue });
    for (const board of [first, second]) await board.plugIn();
    for (const board of [first, second]) await portWhen(client, board.path, true);
    await client.call('POST', '/bench/start', { ports: boards.paths.slice(0, 4) });
    await expect
      .poll(async () => (await client.call<readonly SetupJob[]>('GET', '/setups')).map(({ state }) => state).sort(), {
        timeout: slowDeadlineMs,
      })
      .toEqual(['done', 'failed']);
    await slow.plugIn();
    await setupWhen(
      client,
      ({ flash, port }) => port === slow.path && (flash?.bytesWritten ?? 0) > 100_000,
      slowDeadlineMs,
    );
    await show(scene, 'bench');
    await expect(page.getByRole('progressbar')).toBeVisible();
    await shoot(scene, 'bench');

    await show(scene, 'certificates');
    await page.getByRole('table').getByRole('button').first().click();
    await shoot(scene, 'certificates');

    await client.call('POST', '/bench/stop');
    first.chip.pressReset();
    await show(scene, 'monitor');
    await page.getByRole('main').getByRole('combobox').first().selectOption(first.path);
    await page.getByRole('button', { name: text('bench:monitor.start', {}, language), exact: true }).click();
    await expect(page.getByText(text('bench:monitor.state.open', {}, language), { exact: true })).toBeVisible();
    first.chip.pressReset();
    await expect(
      page
        .getByRole('log')
        .getByRole('listitem')
        .filter({ hasText: /\(\d+\)/ }),
    ).not.toHaveCount(0);
    await shoot(scene, 'monitor');

    await show(scene, 'images');
    await expect(page.getByRole('table')).toBeVisible();
    await shoot(scene, 'images');
  });
}
