/* Faults of the demo plant's devices, switched on in the page, and what the console makes of them. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { ConsoleProcess } from '../fakes/console-process';
import { actuatorKey, goTo, goToZone, header, openByLoginUrl } from './support/console-page';
import { expect, test } from './support/fixtures';
import { choose, press } from './support/keyboard';
import { smallTargets } from './support/targets';
import { pattern, text } from './support/texts';

const device = { id: 'MOCK_TOMATO_CLIMATE', name: 'Tomato climate', zone: 'Tomatoes' };
const heater = { name: 'Heater', gpio: 18 };
const levels = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'];
const minTargetPx = 44;

const panel = (page: Page) => page.getByRole('region', { name: text('devices:faults.title') });
const field = (page: Page, name: string) =>
  panel(page).getByLabel(text(`devices:faults.name.${name}`), { exact: true });

async function openDevice(page: Page, running: ConsoleProcess): Promise<void> {
  await openByLoginUrl(page, running);
  await goTo(page, 'devices');
  await page.getByRole('link', { name: new RegExp(`^${device.name}`) }).click();
  await expect(page.getByRole('heading', { name: device.name, level: 1 })).toBeVisible();
  await expect(actuatorKey(page, heater.name, text('actuator.off'))).toBeVisible();
}

test('a device whose network is pulled is shown as lost and its heater as unknown, not as off; without a console it has gone to its default', async ({
  page,
  kept,
}) => {
  const running = kept.use(await ConsoleProcess.start({ demo: true }));
  await openDevice(page, running);
  await running.client.call('POST', `/devices/${device.id}/actuators/${heater.gpio}/command`, { command: 'ON' });
  await expect(actuatorKey(page, heater.name, new RegExp(text('actuator.on')))).toBeVisible();

  await test.step('the cable is pulled', async () => {
    await field(page, 'networkDown').selectOption(text('devices:faults.networkOut'));
    await expect(actuatorKey(page, heater.name, pattern('actuator.lastOn'))).toBeVisible();
    await expect(panel(page)).toContainText(text('devices:faults.on', { count: 1 }));
    const reason = text('presenceReason.unexpected_disconnect');
    await expect(page.getByRole('region', { name: text('devices:device.identity') })).toContainText(
      `${text('devices:presence.offline')}: ${reason}`,
    );
    await expect(header(page)).toContainText(text('header.lost', { count: 1 }));
  });

  await test.step('wherever the device stands, it says that its trouble is simulated', async () => {
    const tag = text('simulatedFaults', { count: 1 });
    await expect(page.getByRole('main').getByText(tag, { exact: true })).toBeVisible();
    await expect(page.getByRole('region', { name: text('alarm.label') })).toContainText(tag);
    await goTo(page, 'devices');
    await expect(page.getByRole('row', { name: new RegExp(device.name) })).toContainText(tag);
    await goToZone(page, device.zone);
    await expect(page.getByRole('listitem').filter({ hasText: device.id })).toContainText(tag);
    await expect(actuatorKey(page, heater.name, pattern('actuator.lastOn'))).toBeVisible();
    await page.getByRole('link', { name: new RegExp(`^${device.name}`) }).click();
  });

  await test.step('plugged in again, the console hears that the heater went to its default by itself', async () => {
    await panel(page)
      .getByRole('button', { name: text('devices:faults.allOff') })
      .click();
    await expect(actuatorKey(page, heater.name, text('actuator.off'))).toBeVisible({ timeout: 30_000 });
    await expect(panel(page)).toContainText(text('devices:faults.intro'));
    await expect(page.getByText(text('simulatedFaults', { count: 1 }), { exact: true })).toHaveCount(0);
  });
});

test('the panel works by keyboard, is accessible in dark and in light, and its targets are big enough', async ({
  page,
  kept,
}) => {
  const running = kept.use(await ConsoleProcess.start({ demo: true }));
  await openDevice(page, running);
  await choose(page, field(page, 'sensorDead'), text('devices:faults.dead'));
  await expect(panel(page)).toContainText(text('devices:faults.on', { count: 1 }));
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const { violations } = await new AxeBuilder({ page }).withTags(levels).analyze();
    expect(
      violations.map(({ id, nodes }) => `${colorScheme} ${id} ${nodes.map(({ html }) => html).join(' ')}`),
    ).toEqual([]);
  }
  expect(await smallTargets(page, minTargetPx)).toEqual([]);
  await press(page, panel(page).getByRole('button', { name: text('devices:faults.allOff') }));
  await expect(panel(page)).toContainText(text('devices:faults.intro'));
});

test('a brown-out restarts the device, and the console says why', async ({ page, kept }) => {
  const running = kept.use(await ConsoleProcess.start({ demo: true }));
  await openDevice(page, running);
  await panel(page)
    .getByRole('button', { name: text('devices:faults.brownOut') })
    .click();
  const health = page.getByRole('region', { name: text('devices:health.title') });
  await expect(health).toContainText('BROWNOUT', { timeout: 30_000 });
});
