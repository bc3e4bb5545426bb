import type { Page } from '@playwright/test';
import { Stage } from '../fakes/stage';
import { Boards, portWhen, skipWithoutBoards } from './support/boards';
import { openByToken } from './support/console-page';
import { englishTexts } from './support/english';
import { expect, test } from './support/fixtures';
import { fillSteps, setupPlace, visitSteps } from './support/setup';
import { smallTargets } from './support/targets';
import { text, type Language } from './support/texts';
import {
  addStops,
  clearDialog,
  closeDialog,
  dialogs,
  openDialog,
  openTour,
  screens,
  visit,
  type Tour,
} from './support/tour';

const gloveTargetPx = 64;
const windows = [
  { name: '1366×768', width: 1366, height: 768 },
  // The same screen at 200 %: half as many CSS pixels in each direction.
  { name: '1366×768 at 200 %', width: 683, height: 384 },
];

const settings = { name: 'settings', hash: '#/settings' };

async function openPlant(page: Page, kept: AsyncDisposableStack): Promise<Tour> {
  const tour = await openTour(kept);
  await openByToken(page, tour.stage.console);
  return tour;
}

/** What became of a subzone is told in the words in which it was written down. */
type Reporting = { readonly subzones: readonly { readonly reason?: string }[] };

/** Chooses in the settings, as they are labelled in the language that is shown. */
async function choose(page: Page, label: string, option: string, language: Language = 'en'): Promise<void> {
  await visit(page, settings);
  await page.getByLabel(text(`settings:${label}`, {}, language), { exact: true }).selectOption({ label: option });
}

/** Whatever is wider than the window, or than the place that scrolls it, in words. */
function tooWide(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const scrollers = [
      document.documentElement,
      document.body,
      ...document.querySelectorAll('main, [role="dialog"], [role="alertdialog"]'),
    ];
    for (const scroller of scrollers) {
      const { tagName, scrollWidth, clientWidth } = scroller;
      if (scrollWidth > clientWidth + 1) found.push(`${tagName.toLowerCase()} ${scrollWidth} in ${clientWidth}`);
    }
    for (const part of document.querySelectorAll('header, nav, footer, main, header button')) {
      const { left, right, top, bottom } = part.getBoundingClientRect();
      const isInside = left >= -1 && top >= -1 && right <= window.innerWidth + 1 && bottom <= window.innerHeight + 1;
      const isFrame = part.closest('main') === null && part.closest('[role="dialog"]') === null;
      if (isFrame && !isInside)
        found.push(`${part.tagName.toLowerCase()} reaches ${Math.round(right)}×${Math.round(bottom)}`);
    }
    return found;
  });
}

test('in German no English is left on any screen or in any dialog', async ({ page, kept }) => {
  test.slow();
  const tour = await openPlant(page, kept);
  await choose(page, 'language', 'Deutsch');
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  const expectGerman = async (where: string) => {
    const { items } = await tour.stage.client.call<{ items: readonly { message: string }[] }>(
      'GET',
      '/events?limit=200',
    );
    const devices = await tour.stage.client.call<readonly Reporting[]>('GET', '/devices');
    const reasons = devices.flatMap(({ subzones }) => subzones.flatMap(({ reason }) => reason ?? []));
    const record = [...items.map(({ message }) => message), ...reasons];
    expect.soft(await englishTexts(page, record), where).toEqual([]);
  };
  for (const place of screens(tour)) {
    await visit(page, place);
    await expectGerman(place.name);
  }
  for (const place of dialogs(tour, 'de')) {
    await openDialog(page, place);
    if (place.name === 'faceplate') await page.getByRole('button', { name: text('face.keyOnFor', {}, 'de') }).click();
    await expectGerman(place.name);
    await closeDialog(page);
  }
  await addStops(tour);
  await visit(page, { name: 'stop', hash: '#/stop' });
  await expectGerman('stop, engaged');
  await openDialog(page, clearDialog('de'));
  await expectGerman('clear a stop');
  await closeDialog(page);
  await visit(page, { name: 'zone', hash: '#/zone/quito' });
  await expect(page.getByText('25,0', { exact: true }), 'numbers are German too').toBeVisible();
});

test('the steps of a setup and its run are German throughout, and fit every window', async ({ page, kept }) => {
  skipWithoutBoards();
  test.slow();
  const boards = kept.use(await Boards.make({}));
  const stage = kept.use(await Stage.open('embedded', {}, { serialPorts: boards.paths }));
  await stage.client.call('PUT', '/zones/quito', { name: 'Quito' });
  await boards.plugInAll();
  await portWhen(stage.client, boards.board(0).path, true);
  await openByToken(page, stage.console);
  await visit(page, setupPlace);
  await fillSteps(page, { path: boards.board(0).path, name: 'Xanadu 1', zone: 'Quito' });
  await choose(page, 'language', 'Deutsch');
  await visit(page, setupPlace);
  const look = async (where: string) => {
    expect.soft(await englishTexts(page, []), where).toEqual([]);
    expect.soft(await tooWide(page), where).toEqual([]);
  };
  for (const { width, height } of windows) {
    await page.setViewportSize({ width, height });
    await visitSteps(page, (where) => look(`${where}, ${width} px`));
  }
  await page.getByRole('button', { name: text('commissioning:setup.start', {}, 'de'), exact: true }).click();
  await expect(page.getByRole('region', { name: text('commissioning:setup.boot.title', {}, 'de') })).toBeVisible();
  for (const { width, height } of windows) {
    await page.setViewportSize({ width, height });
    await look(`a setup that runs, ${width} px`);
  }
});

test('language, colours and size are chosen in the settings and survive a reload', async ({ page, kept }) => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await openPlant(page, kept);
  const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const dark = await ground();
  await choose(page, 'theme', text('settings:themeLight'));
  await expect.poll(ground).not.toBe(dark);
  const light = await ground();
  await choose(page, 'theme', text('settings:themeDark'));
  await expect.poll(ground).toBe(dark);
  await choose(page, 'theme', text('settings:themeLight'));
  await choose(page, 'density', text('settings:densityGlove'));
  await choose(page, 'language', 'Deutsch');

  await page.reload();

  await expect(page.getByRole('heading', { level: 1, name: text('settings:title', {}, 'de') })).toBeVisible();
  expect(await ground()).toBe(light);
  expect(await smallTargets(page, gloveTargetPx)).toEqual([]);
  await choose(page, 'language', 'English', 'de');
  await expect(page.getByRole('heading', { level: 1, name: text('settings:title') })).toBeVisible();
});

test('with gloves every target is 64 px at least', async ({ page, kept }) => {
  test.slow();
  const tour = await openPlant(page, kept);
  await choose(page, 'density', text('settings:densityGlove'));
  for (const place of screens(tour)) {
    await visit(page, place);
    expect.soft(await smallTargets(page, gloveTargetPx), place.name).toEqual([]);
    expect.soft(await tooWide(page), place.name).toEqual([]);
  }
  for (const place of dialogs(tour)) {
    await openDialog(page, place);
    expect.soft(await smallTargets(page, gloveTargetPx), place.name).toEqual([]);
    await closeDialog(page);
  }
});

for (const { name, ...size } of windows) {
  test(`at ${name} nothing has to be scrolled sideways and the frame stays in the window`, async ({ page, kept }) => {
    await page.setViewportSize(size);
    const tour = await openPlant(page, kept);
    for (const place of screens(tour)) {
      await visit(page, place);
      expect.soft(await tooWide(page), place.name).toEqual([]);
    }
    for (const place of dialogs(tour)) {
      const dialog = await openDialog(page, place);
      expect.soft(await tooWide(page), place.name).toEqual([]);
      // By the key at its corner: nothing may lie over it.
      await dialog
        .getByRole('button', { name: text('close'), exact: true })
        .first()
        .click();
      await expect(dialog).toBeHidden();
    }
  });
}
