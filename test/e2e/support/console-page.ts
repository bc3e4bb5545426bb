/*
 * The page as an operator meets it: in by the printed address or by the token, from screen to screen by the rail, the stop held down. Every
 * locator is a role and an English text.
 */
import { expect, type Locator, type Page } from '@playwright/test';
import type { ConsoleProcess } from '../../fakes/console-process';
import { escapeExpression, text } from './texts';

export type RailScreen = 'plant' | 'devices' | 'stop' | 'journal' | 'commands' | 'commissioning' | 'settings';

/** Opens the page by the address that the console printed. It works once. */
export async function openByLoginUrl(page: Page, running: ConsoleProcess): Promise<void> {
  await page.goto(await running.loginUrl());
  await expectLive(page);
}

/** Opens the page as often as a test file needs it, logged in by the token. */
export async function openByToken(page: Page, running: ConsoleProcess): Promise<void> {
  const form = { token: running.token };
  const answer = await page.context().request.post(`${running.url}/login`, { form, maxRedirects: 0 });
  expect(answer.status()).toBe(303);
  await page.goto(running.url);
  await expectLive(page);
}

export function header(page: Page): Locator {
  return page.getByRole('banner', { name: text('header.label') });
}

/** The header says that what is shown is live. */
export async function expectLive(page: Page): Promise<void> {
  await expect(header(page).getByText(text('header.live'), { exact: true })).toBeVisible({ timeout: 10_000 });
}

export function rail(page: Page): Locator {
  return page.getByRole('navigation', { name: text('rail.label') });
}

/** The rail's link; a badge may stand behind its name. */
export function railLink(page: Page, screen: RailScreen): Locator {
  return rail(page).getByRole('link', { name: new RegExp(`^${text(`rail.${screen}`)}\\b`) });
}

export async function goTo(page: Page, screen: RailScreen): Promise<void> {
  await railLink(page, screen).click();
  await expect(railLink(page, screen)).toHaveAttribute('aria-current', 'page');
}

/** Opens a zone from the plant's overview. */
export async function goToZone(page: Page, zoneName: string): Promise<void> {
  await goTo(page, 'plant');
  await page.getByRole('link', { name: zoneName, exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: zoneName })).toBeVisible();
}

/** The always-visible control while nothing, or only a part, is stopped. */
export function stopAll(page: Page): Locator {
  return page.getByRole('button', { name: text('stop:control.name') });
}

/** The same control while the whole plant is stopped. */
export function stopped(page: Page): Locator {
  return page.getByRole('button', { name: text('stop:control.stoppedName') });
}

/** Holds Stop all with the mouse until the stop holds. */
export async function holdStopAll(page: Page): Promise<void> {
  await stopAll(page).hover();
  await page.mouse.down();
  await expect(stopped(page)).toBeVisible({ timeout: 3_000 });
  await page.mouse.up();
}

/** The row of a device in the table of an engaged or just cleared stop. */
export function stopRow(page: Page, deviceName: string): Locator {
  return page
    .getByRole('table', { name: text('stop:table.label') })
    .first()
    .getByRole('row')
    .filter({ hasText: deviceName });
}

/** A sensor's card on the zone screen. */
export function sensorCard(page: Page, name: string): Locator {
  return page.getByRole('region', { name: text('zone:sensors') }).getByRole('listitem', { name, exact: true });
}

/** An actuator's key: its name, then its state. */
export function actuatorKey(page: Page, name: string, state: string | RegExp = ''): Locator {
  const begin =
    typeof state === 'string' ? `${escapeExpression(state)}${state === '' ? '' : '$'}` : `.*${state.source}`;
  return page
    .getByRole('button', { name: new RegExp(`^${escapeExpression(name)}\\s+${begin}`) })
    .and(page.locator('[aria-haspopup="dialog"]'));
}

/** One of the three truths in an open faceplate. */
export function truth(faceplate: Locator, which: 'requested' | 'acknowledged' | 'observed'): Locator {
  const term = faceplate.getByRole('term').filter({ hasText: text(`face.${which}`) });
  return term.locator('xpath=following-sibling::dd');
}

/** The kinds of the journal's entries in words, oldest first. */
export async function journalStory(page: Page): Promise<readonly string[]> {
  const rows = page.getByRole('table', { name: text('journal:table.label') }).getByRole('row');
  const kinds = await rows.locator('td:nth-child(2)').allInnerTexts();
  return kinds.map((kind) => kind.split('\n').at(-1)?.trim() ?? '').toReversed();
}

/** Whether `story` contains these kinds in this order, whatever is between them. */
export function missingFrom(story: readonly string[], kinds: readonly string[]): readonly string[] {
  let from = 0;
  return kinds.filter((kind) => {
    const found = story.indexOf(kind, from);
    if (found < 0) return true;
    from = found + 1;
    return false;
  });
}
