/* A first start without options (only data and ports are the test's own): embedded broker, demo plant. */
import type { Page } from '@playwright/test';
import { ConsoleProcess } from '../fakes/console-process';
import {
  actuatorKey,
  goTo,
  goToZone,
  header,
  openByLoginUrl,
  railLink,
  sensorCard,
  truth,
} from './support/console-page';
import { expect, test } from './support/fixtures';
import { pattern, text } from './support/texts';

const zoneNames = ['Tomatoes', 'Propagation', 'Fish tank'];
const pumpName = 'Irrigation pump';
const newDevice = 'MOCK_NEW_BED';

/** The number that a sensor's card shows. */
async function shownValue(page: Page, sensorName: string): Promise<number> {
  return Number.parseFloat(await sensorCard(page, sensorName).locator('b').first().innerText());
}

test('a fresh start shows zones with values that live', async ({ page, kept }) => {
  const running = kept.use(await ConsoleProcess.start({ demo: true }));
  await openByLoginUrl(page, running);
  await expect(header(page)).toContainText(text('header.zones', { count: zoneNames.length }));
  await expect(header(page)).toContainText(text('header.embedded'));
  await expect(page.getByRole('contentinfo')).toContainText(text('foot.demoRunning'));
  for (const zone of zoneNames) {
    const tile = page.getByRole('region', { name: zone });
    await expect(tile).toBeVisible();
    await expect(tile.getByRole('button', { name: /\d/ }).first()).toBeVisible();
    await expect(tile.getByText(text('demo'), { exact: true })).toBeVisible();
  }
  await expect(header(page)).toContainText(/data (< 1|[0-3]) s old/);
  for (const zone of zoneNames) {
    const tile = page.getByRole('region', { name: zone });
    const before = await tile.innerText();
    await expect
      .poll(() => tile.innerText(), { message: `a value in ${zone} to move`, timeout: 15_000 })
      .not.toBe(before);
  }
});

test('the irrigation pump wets the soil while one looks on', async ({ page, kept }) => {
  const running = kept.use(await ConsoleProcess.start({ demo: true }));
  await openByLoginUrl(page, running);
  await goToZone(page, 'Tomatoes');
  await expect.poll(() => shownValue(page, 'Soil moisture')).toBeGreaterThan(0);
  const before = await shownValue(page, 'Soil moisture');

  await actuatorKey(page, pumpName, text('actuator.off')).click();
  const faceplate = page.getByRole('dialog', { name: pumpName });
  await faceplate.getByRole('button', { name: text('face.keyOn'), exact: true }).click();
  await expect(truth(faceplate, 'observed')).toContainText(text('actuator.on').toUpperCase());
  await page.keyboard.press('Escape');
  await expect(actuatorKey(page, pumpName, new RegExp(text('actuator.on')))).toBeVisible();

  await expect.poll(() => shownValue(page, 'Soil moisture'), { timeout: 20_000 }).toBeGreaterThanOrEqual(before + 2);
});

test('the pending demo device can be approved, and the demo plant removed without a trace after a question', async ({
  page,
  kept,
}) => {
  const running = kept.use(await ConsoleProcess.start({ demo: true }));
  await openByLoginUrl(page, running);

  await test.step('the pending device is approved into a zone', async () => {
    await expect(railLink(page, 'devices')).toContainText(text('rail.pending', { count: 1 }));
    await goTo(page, 'devices');
    await page.getByRole('button', { name: text('devices:pending.approveName', { name: newDevice }) }).click();
    const dialog = page.getByRole('dialog', { name: text('devices:approve.title', { id: newDevice }) });
    await dialog.getByLabel(text('devices:approve.name'), { exact: true }).fill('New bed');
    await dialog.getByLabel(text('devices:choose.zone'), { exact: true }).selectOption('Tomatoes');
    await dialog.getByRole('button', { name: text('devices:approve.confirm'), exact: true }).click();
    const row = page.getByRole('table', { name: text('devices:table.label') }).getByRole('row', { name: /New bed/ });
    await expect(row).toContainText('Tomatoes');
    await expect(row).not.toContainText(pattern('devices:zone.pendingTo', { zone: 'Tomatoes' }), { timeout: 16_000 });
    await expect(railLink(page, 'devices')).not.toContainText(text('rail.pending', { count: 1 }));
  });

  await goTo(page, 'settings');
  const remove = page.getByRole('button', { name: text('settings:demoRemove') });
  const question = page.getByRole('alertdialog', { name: text('settings:demoRemoveTitle') });

  await test.step('Cancel removes nothing', async () => {
    await remove.click();
    await question.getByRole('button', { name: text('cancel'), exact: true }).click();
    await expect(question).toBeHidden();
    expect((await running.client.devices()).length).toBeGreaterThan(10);
  });

  await test.step('Remove leaves no device and no zone', async () => {
    await remove.click();
    await question.getByRole('button', { name: text('settings:demoRemoveNow'), exact: true }).click();
    await expect(page.getByText(pattern('settings:demoRemoved_other'))).toBeVisible({ timeout: 15_000 });
    await expect(page.getByRole('button', { name: text('settings:demoStart') })).toBeVisible();
    await goTo(page, 'plant');
    await expect(page.getByText(text('plant:emptyTitle'), { exact: true })).toBeVisible();
    for (const zone of zoneNames) await expect(page.getByRole('link', { name: zone, exact: true })).toBeHidden();
    await goTo(page, 'devices');
    await expect(page.getByText(text('devices:table.noDevices'))).toBeVisible();
    expect(await running.client.devices()).toEqual([]);
    expect(await running.client.call('GET', '/zones')).toEqual([]);
    await expect(page.getByRole('contentinfo')).not.toContainText(text('foot.demoRunning'));
  });
});
