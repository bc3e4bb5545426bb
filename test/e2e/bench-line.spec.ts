/* Many boards at once, what a board says on its port, and the board that takes the place of a dead one. Virtual chips on ptys, our real firmware. */
import { readFile } from 'node:fs/promises';
import type { Download, Locator, Page } from '@playwright/test';
import { must } from '../fakes/wait';
import { skipWithoutBoards, wifi } from './support/boards';
import { goTo, sensorCard } from './support/console-page';
import { expect, test } from './support/fixtures';
import { placeDevice } from './support/plant';
import {
  brokerHost,
  expectFound,
  expectStep,
  giveBroker,
  giveWifi,
  headline,
  key,
  next,
  openBoards,
  portRow,
  setupZone as zone,
} from './support/setup';
import { pattern, text } from './support/texts';

skipWithoutBoards();
test.describe.configure({ timeout: 60_000 });

async function openTab(page: Page, tab: 'bench' | 'monitor' | 'certificates'): Promise<void> {
  await goTo(page, 'commissioning');
  const tabs = page.getByRole('navigation', { name: text('commissioning:tabs.label') });
  await tabs.getByRole('link', { name: text(`commissioning:tabs.${tab}`) }).click();
}

const button = (scope: Page | Locator, name: string, values = {}): Locator =>
  scope.getByRole('button', { name: text(`bench:${name}`, values), exact: true });

/** The row of a port on the bench. */
const rowOf = (page: Page, path: string): Locator =>
  page
    .getByRole('list', { name: text('bench:row.list') })
    .getByRole('listitem')
    .filter({ hasText: path });

/** The word for what happens there. */
const stateOf = (page: Page, path: string): Locator => rowOf(page, path).getByRole('status');

async function contentOf(page: Page, save: Locator): Promise<{ readonly name: string; readonly text: string }> {
  const downloading = page.waitForEvent('download');
  await save.click();
  const download: Download = await downloading;
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') };
}

async function makeTemplate(page: Page): Promise<void> {
  await button(page, 'template.make').click();
  const dialog = page.getByRole('alertdialog', { name: text('bench:template.title') });
  await dialog.getByLabel(text('bench:template.ssid')).fill(wifi.ssid);
  await dialog.getByLabel(text('bench:template.password'), { exact: true }).fill(wifi.password);
  await dialog.getByLabel(text('bench:template.host')).fill(brokerHost);
  await dialog.getByLabel(text('bench:template.zone'), { exact: true }).selectOption({ label: zone.name });
  await dialog.getByLabel(text('bench:template.namingLabel')).fill('Node {n:3}');
  await expect(dialog).toContainText('Node 001, Node 002, Node 003');
  await button(dialog, 'template.save').click();
  await expect(dialog).toBeHidden();
}

async function giveNames(page: Page): Promise<void> {
  await button(page, 'queue.edit').click();
  const dialog = page.getByRole('alertdialog', { name: text('bench:queue.title') });
  const names = dialog.getByLabel(text('bench:queue.label'));
  await names.fill('Lamp 1;Atlantis');
  await expect(dialog).toContainText(text('bench:queue.problem.unknownZone', { line: 1, text: 'Atlantis' }));
  await names.fill(`Lamp 1;${zone.name}\nLamp 2`);
  await button(dialog, 'queue.save', { count: 2 }).click();
  await expect(dialog).toBeHidden();
}

test('two boards are set up at once, the one that fails is retried, and the proof can be taken along', async ({
  page,
  kept,
}) => {
  const { stage, boards } = await openBoards(page, kept, [{}, { chip: 'esp32c6' }]);
  boards.helpByHand(stage.client);
  const [first, second] = [boards.board(0), boards.board(1)];
  await openTab(page, 'bench');

  await test.step('what every board gets, and the names of the next ones', async () => {
    await makeTemplate(page);
    await expect(page.getByRole('region', { name: text('bench:title') })).toContainText(wifi.ssid);
    await giveNames(page);
    await expect(page.getByText('Lamp 1, Lamp 2')).toBeVisible();
  });

  await test.step('both ports work at the same time; what one reads back is wrong', async () => {
    second.chip.faults.wrongMd5 = true;
    await button(page, 'startLine', { count: 2 }).click();
    await expect(stateOf(page, first.path)).toContainText(text('bench:row.state.working'));
    await expect(stateOf(page, second.path)).toContainText(text('bench:row.state.working'));
    await expect(stateOf(page, second.path)).toContainText(text('bench:row.state.failed'), { timeout: 30_000 });
    await expect(rowOf(page, second.path)).toContainText(text('commissioning:errors.verify_failed.todo'));
    await expect(stateOf(page, first.path)).toContainText(text('bench:row.state.passed'), { timeout: 30_000 });
    await expect(rowOf(page, first.path)).toContainText(text('bench:row.takeAway'));
  });

  await test.step('a retry works', async () => {
    second.chip.faults.wrongMd5 = false;
    await rowOf(page, second.path)
      .getByRole('button', { name: pattern('bench:row.retryOf') })
      .click();
    await expect(stateOf(page, second.path)).toContainText(text('bench:row.state.passed'), { timeout: 30_000 });
    await button(page, 'stopLine').click();
    await expect(button(page, 'stopLine')).toBeHidden();
  });

  await openTab(page, 'certificates');
  const rows = page.getByRole('table', { name: text('bench:certificates.title') }).getByRole('row');
  await test.step('each try has a certificate with its proof', async () => {
    await expect(rows).toHaveCount(4);
    await page.reload();
    await expect(rows, 'the page asks once it is connected').toHaveCount(4);
    await expect(rows.nth(1)).toContainText(text('bench:passed'));
    await expect(rows.filter({ hasText: text('bench:failed') })).toHaveCount(1);
    await rows
      .nth(1)
      .getByRole('button', { name: pattern('bench:certificates.show') })
      .click();
    const parts = page.getByRole('table', { name: text('bench:certificates.parts') });
    await expect(parts.getByRole('row').filter({ hasText: /[0-9a-f]{32}/ })).not.toHaveCount(0);
  });

  await test.step('the table, and labels with a code each, are saved as files', async () => {
    const csv = await contentOf(page, button(page, 'certificates.save.csv'));
    expect(csv.name).toMatch(/\.csv$/);
    const lines = csv.text.trim().split('\r\n');
    expect(lines).toHaveLength(4);
    for (const board of [first, second]) expect(csv.text).toContain(board.chip.mac);
    for (const name of ['Lamp 1', 'Lamp 2']) expect(csv.text).toContain(name);
    const labels = await contentOf(page, button(page, 'certificates.save.labels'));
    expect(labels.name).toMatch(/\.html$/);
    const sheet = await page.context().newPage();
    await sheet.setContent(labels.text);
    await expect(sheet.locator('svg')).toHaveCount(2);
    await expect(sheet.getByText('Lamp 1')).toBeVisible();
    await expect(sheet.getByText('Lamp 2')).toBeVisible();
    await sheet.close();
  });
});

test('the serial monitor shows, filters and saves what a board says, and gives way when a job begins', async ({
  page,
  kept,
}) => {
  const { stage, boards } = await openBoards(page, kept, [{ hasFirmware: true }]);
  const board = boards.board(0);
  await openTab(page, 'monitor');
  await button(page, 'monitor.start').click();
  await expect(page.getByText(text('bench:monitor.state.open'), { exact: true })).toBeVisible();
  board.chip.pressReset();
  const log = page.getByRole('log', { name: text('bench:monitor.lines') });
  await expect(log, 'the ROM').toContainText('rst:0x');
  const ours = log.getByRole('listitem').filter({ hasText: /\(\d+\)/ });
  await expect(ours.first(), 'our firmware').toBeVisible();

  await page.getByLabel(text('bench:monitor.filter')).fill('rst:0x');
  await expect(ours).toHaveCount(0);
  await expect(log.getByRole('listitem')).not.toHaveCount(0);
  const file = await contentOf(page, button(page, 'monitor.save'));
  expect(file.name).toMatch(/\.(txt|log)$/);
  expect(file.text).toContain('rst:0x');

  await stage.client.call('POST', '/flash/jobs', { port: board.path, imageId: 'bundled:esp32c3' });
  await expect(page.getByRole('alert').getByText(text('bench:monitor.ended.port_in_use'))).toBeVisible();
  await expect(page.getByText(text('bench:monitor.state.busy'))).toBeVisible();
});

test('a dead device is replaced from its own page, and its trend shows the seam', async ({ page, kept }) => {
  const { stage, boards } = await openBoards(page, kept, [{}]);
  boards.helpByHand(stage.client);
  const board = boards.board(0);
  const dead = await placeDevice(stage, { name: 'Air 3', zoneId: zone.id, zoneName: zone.name });
  await dead.vanish();
  await stage.client.deviceWhen(dead.id, ({ presence }) => presence === 'offline');

  await goTo(page, 'devices');
  await page.getByRole('link', { name: 'Air 3' }).first().click();
  await page.getByRole('link', { name: text('devices:replacement.replaceName', { name: 'Air 3' }) }).click();
  await expectStep(page, 'replace');
  await expect(page.getByRole('radio', { name: /Air 3/ })).toBeChecked();
  await next(page);
  await expect(portRow(page, board.path)).toBeChecked();
  await next(page);
  await expectFound(page);
  await next(page);
  await giveWifi(page);
  await giveBroker(page);
  await expect(headline(page)).toHaveText(text('commissioning:setup.moved.title'));
  await expect(page.getByRole('main')).toContainText(text('commissioning:setup.moved.retired'));
  await next(page);
  await key(page, 'start').click();
  await expect(headline(page)).toHaveText(text('commissioning:setup.done.titleReplaced', { name: 'Air 3' }), {
    timeout: 40_000,
  });

  await page.getByRole('link', { name: text('commissioning:setup.done.toDevice') }).click();
  await expect(page.getByRole('main')).toContainText(board.deviceId);
  await expect(page.getByRole('link', { name: /^Air 3/ }).first()).toBeVisible();
  await page.goto(`${stage.console.url}/#/zone/${zone.id}`);
  const strip = sensorCard(page, text('sensorType.ds18b20')).getByRole('figure');
  await expect(strip).toHaveAccessibleName(pattern('seam.of', { name: 'Air 3' }));
  await test.step('the old hardware has no place any more', async () => {
    const old = must(
      (await stage.client.devices()).find(({ id }) => id === dead.id),
      'the retired device',
    );
    expect(old).toMatchObject({ id: dead.id, approval: 'rejected' });
  });
});
