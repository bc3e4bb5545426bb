import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { Stage } from '../fakes/stage';
import { Boards, portWhen, skipWithoutBoards } from './support/boards';
import { openByToken } from './support/console-page';
import { expect, test } from './support/fixtures';
import { bootHint, expectDone, fillSteps, key, setupPlace, visitSteps } from './support/setup';
import { smallTargets } from './support/targets';
import { text } from './support/texts';
import {
  addStops,
  clearDialog,
  closeDialog,
  dialogs,
  openDialog,
  openTour,
  screens,
  standStill,
  visit,
  type Tour,
} from './support/tour';

const levels = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'];
const minTargetPx = 44;

// A trace takes a picture of the page at every step of axe; that is most of the time.
test.use({ trace: 'off' });
/** Violations on what is shown now, each as one line that says where. */
async function violations(page: Page): Promise<readonly string[]> {
  const dark = await analyze(page, 'dark', (axe) => axe.withTags(levels));
  // Nothing but colour differs between the themes.
  const light = await analyze(page, 'light', (axe) => axe.withRules(['color-contrast']));
  return [...dark, ...light];
}

async function analyze(
  page: Page,
  colorScheme: 'dark' | 'light',
  choose: (axe: AxeBuilder) => AxeBuilder,
): Promise<readonly string[]> {
  await page.emulateMedia({ colorScheme });
  await standStill(page);
  // What react-aria has read out keeps pointing at the key that spoke, for seconds after that is gone.
  const { violations: found } = await choose(new AxeBuilder({ page }).exclude('[data-live-announcer]')).analyze();
  return found.map(({ id, help, nodes }) => {
    const places = nodes.map(({ html, target }) => `${target.join(' ')} ${html.slice(0, 160)}`);
    return `${colorScheme}: ${id} (${help}): ${places.join(' | ')}`;
  });
}

async function expectAccessible(page: Page, where: string): Promise<void> {
  expect.soft(await violations(page), `${where}: WCAG 2.1 A and AA`).toEqual([]);
  expect.soft(await smallTargets(page, minTargetPx), `${where}: targets below ${minTargetPx} px`).toEqual([]);
}

async function openPlant(page: Page, kept: AsyncDisposableStack): Promise<Tour> {
  const tour = await openTour(kept);
  await openByToken(page, tour.stage.console);
  return tour;
}

test('every screen is accessible in dark and in light', async ({ page, kept }) => {
  test.slow();
  const tour = await openPlant(page, kept);
  for (const place of screens(tour)) {
    await visit(page, place);
    await expectAccessible(page, place.name);
  }
});

test('every dialog is accessible in dark and in light', async ({ page, kept }) => {
  test.slow();
  const tour = await openPlant(page, kept);
  for (const place of dialogs(tour)) {
    await openDialog(page, place);
    if (place.name === 'faceplate') await page.getByRole('button', { name: text('face.keyOnFor') }).click();
    await expectAccessible(page, place.name);
    await closeDialog(page);
  }
});

test('each step of a setup, its run and its ends are accessible', async ({ page, kept }) => {
  skipWithoutBoards();
  test.slow();
  const boards = kept.use(await Boards.make({}));
  const stage = kept.use(await Stage.open('embedded', {}, { serialPorts: boards.paths }));
  await stage.client.call('PUT', '/zones/quito', { name: 'Quito' });
  await openByToken(page, stage.console);
  await visit(page, setupPlace);
  await expectAccessible(page, 'no board plugged in');
  await boards.plugInAll();
  await portWhen(stage.client, boards.board(0).path, true);
  await fillSteps(page, { path: boards.board(0).path, name: 'Xanadu 1', zone: 'Quito' });
  await visitSteps(page, (where) => expectAccessible(page, where));
  await key(page, 'start').click();
  await expect(bootHint(page)).toBeVisible();
  await expectAccessible(page, 'a setup that runs');
  await key(page, 'run.cancel').click();
  await expect(key(page, 'failed.retry')).toBeVisible();
  await expectAccessible(page, 'a setup that was cancelled');
  boards.helpByHand(stage.client);
  await key(page, 'failed.retry').click();
  await expectDone(page, 'Xanadu 1');
  await expectAccessible(page, 'a setup that is done');
});

test('an engaged stop and the way out of it are accessible', async ({ page, kept }) => {
  const tour = await openPlant(page, kept);
  await addStops(tour);
  await visit(page, { name: 'stop', hash: '#/stop' });
  await expectAccessible(page, 'stop, engaged');
  await visit(page, { name: 'zone', hash: '#/zone/lima' });
  await expectAccessible(page, 'stopped zone');
  await openDialog(page, clearDialog());
  await expectAccessible(page, 'clear a stop');
});

test('the empty plant and the page that asks for a login are accessible', async ({ page, kept, browserLog }) => {
  const tour = await openPlant(page, kept);
  for (const { id } of await tour.stage.client.devices()) await tour.stage.client.call('DELETE', `/devices/${id}`);
  for (const id of ['quito', 'lima']) await tour.stage.client.call('DELETE', `/zones/${id}`);
  for (const hash of ['#/plant', '#/devices']) {
    await visit(page, { name: hash, hash });
    await expectAccessible(page, `empty ${hash}`);
  }
  browserLog.allow(/status of 401/);
  await page.context().clearCookies();
  await page.goto(tour.stage.console.url);
  await expect(page.getByRole('button')).toBeVisible();
  expect.soft(await violations(page), 'login').toEqual([]);
});
