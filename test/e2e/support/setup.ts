/** The wizard "Set up a device" as a technician meets it, by mouse. Every locator is a role and an English text. */
import { expect, type Locator, type Page } from '@playwright/test';
import { Stage } from '../../fakes/stage';
import { Boards, portWhen, wifi, type BoardKind } from './boards';
import { openByToken } from './console-page';
import { text } from './texts';
import { standStill } from './tour';

export type WizardStep = 'replace' | 'port' | 'look' | 'network' | 'broker' | 'name' | 'summary';
/** The console's broker listens there in tests. */
export const brokerHost = '127.0.0.1';
export const setupZone = { id: 'quito', name: 'Quito' };

export type BoardScene = { readonly stage: Stage; readonly boards: Boards };

/** A console with a zone and a socket for each board, and a page on it; the first `plugged` boards are plugged in and seen. */
export async function openBoards(
  page: Page,
  kept: AsyncDisposableStack,
  kinds: readonly BoardKind[],
  plugged = kinds.length,
): Promise<BoardScene> {
  const boards = kept.use(await Boards.make(...kinds));
  const stage = kept.use(await Stage.open('embedded', {}, { serialPorts: boards.paths }));
  await stage.client.call('PUT', `/zones/${setupZone.id}`, { name: setupZone.name });
  const paths = boards.paths.slice(0, plugged);
  for (const index of paths.keys()) await boards.board(index).plugIn();
  for (const path of paths) await portWhen(stage.client, path, true);
  await openByToken(page, stage.console);
  return { stage, boards };
}

export const setupPlace = { name: 'setup', hash: '#/commissioning/setup' };

export function key(page: Page, name: string): Locator {
  return page.getByRole('button', { name: text(`commissioning:setup.${name}`), exact: true });
}

export function field(page: Page, name: string): Locator {
  return page.getByRole('textbox', { name: text(`commissioning:setup.${name}`), exact: true });
}

/** The big heading of the page: the question of the step, or what happens now. */
export function headline(page: Page): Locator {
  return page.getByRole('main').getByRole('heading', { level: 2 });
}

export async function expectStep(page: Page, step: WizardStep): Promise<void> {
  await expect(headline(page)).toHaveText(text(`commissioning:setup.${step}.title`));
}

/** The row of a port in the first step. */
export function portRow(page: Page, path: string): Locator {
  return page.getByRole('radio', { name: path });
}

export const bootHint = (page: Page): Locator =>
  page.getByRole('region', { name: text('commissioning:setup.boot.title') });

export async function next(page: Page): Promise<void> {
  await key(page, 'next').click();
}

/** The board has answered: what it is stands there, and the image is compared. */
export async function expectFound(page: Page): Promise<void> {
  const images = page.getByRole('group', { name: text('commissioning:setup.look.what') });
  await expect(images).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText(text('commissioning:setup.look.comparing'))).toBeHidden({ timeout: 30_000 });
}

export async function giveWifi(page: Page, password = wifi.password): Promise<void> {
  await expectStep(page, 'network');
  await field(page, 'network.ssid').fill(wifi.ssid);
  await field(page, 'network.password').fill(password);
  await next(page);
}

/** The address of the console's broker in tests; its port is proposed by the console. */
export async function giveBroker(page: Page): Promise<void> {
  await expectStep(page, 'broker');
  await field(page, 'broker.host').fill(brokerHost);
  await next(page);
}

export async function giveName(page: Page, name: string, zone: string): Promise<void> {
  await expectStep(page, 'name');
  await field(page, 'name.name').fill(name);
  await page.getByLabel(text('devices:choose.zone'), { exact: true }).selectOption({ label: zone });
  await next(page);
}

export type Answers = {
  readonly path: string;
  readonly name: string;
  /** The name of a zone that is there. */
  readonly zone: string;
  /** Default: the right one. */
  readonly password?: string;
};

/** From the first step to the summary. */
export async function fillSteps(page: Page, { path, name, zone, password }: Answers): Promise<void> {
  await expectStep(page, 'port');
  await portRow(page, path).check();
  await next(page);
  await expectFound(page);
  await next(page);
  await giveWifi(page, password);
  await giveBroker(page);
  await giveName(page, name, zone);
  await expectStep(page, 'summary');
}

/** What the big heading says while a phase runs. */
export async function expectPhase(page: Page, phase: string, timeout = 30_000): Promise<void> {
  await expect(headline(page)).toHaveText(text(`commissioning:setup.phase.${phase}`), { timeout });
}

export async function expectDone(page: Page, name: string): Promise<void> {
  await expect(headline(page)).toHaveText(text('commissioning:setup.done.title', { name }), { timeout: 40_000 });
}

/** Goes back through the steps that were filled, by the list at the left; `look` is called in each. Whatever language the page speaks. */
export async function visitSteps(page: Page, look: (where: string) => Promise<void>): Promise<void> {
  const keys = page.getByRole('main').locator('nav ol button');
  for (const index of (await keys.all()).keys()) {
    // The present step's own key is no key.
    if (await keys.nth(index).isEnabled()) await keys.nth(index).click();
    await expect(keys.nth(index)).toHaveAttribute('aria-current', 'step');
    await standStill(page);
    await look(`step ${index + 1} of the wizard`);
  }
}
