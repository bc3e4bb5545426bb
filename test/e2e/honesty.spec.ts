/* What the page says when things are not as they should be: never more than is known. */
import type { Page } from '@playwright/test';
import { findFreePort } from '../fakes/free-port';
import { Stage } from '../fakes/stage';
import { must } from '../fakes/wait';
import {
  actuatorKey,
  expectLive,
  goTo,
  goToZone,
  header,
  holdStopAll,
  openByToken,
  sensorCard,
  stopAll,
  stopped,
  stopRow,
} from './support/console-page';
import { consoleIsAway, expect, test } from './support/fixtures';
import {
  placeDevice,
  rawAt25Degrees,
  rawOfFault,
  relayName,
  relayPin,
  sensorPin,
  skipWithoutMosquitto,
} from './support/plant';
import { pattern, text } from './support/texts';

skipWithoutMosquitto();

const pump = { name: 'Bed pump 3', zoneId: 'greenhouse_7', zoneName: 'Greenhouse 7' };
const fan = { name: 'Roof fan', zoneId: 'nursery', zoneName: 'Nursery' };

/** The reading stands there still, but with its age. */
async function expectStale(page: Page, timeout: number): Promise<void> {
  const card = sensorCard(page, text('sensorType.ds18b20'));
  await expect(card.getByText(pattern('old'))).toBeVisible({ timeout });
  await expect(card.getByText('25.0', { exact: true })).toBeVisible();
}

async function expectFresh(page: Page): Promise<void> {
  const card = sensorCard(page, text('sensorType.ds18b20'));
  await expect(card.getByText('25.0', { exact: true })).toBeVisible();
  await expect(card.getByText(pattern('old'))).toBeHidden();
}

test('a device that does not confirm a stop is named with its zone within 6 s', async ({ page, kept }) => {
  const stage = kept.use(await Stage.open('mosquitto'));
  await placeDevice(stage, pump);
  const silent = await placeDevice(stage, fan);
  silent.confirmsStop = false;
  await openByToken(page, stage.console);
  await holdStopAll(page);
  const engagedMs = performance.now();
  await stopped(page).click();
  await expect(stopRow(page, pump.name)).toContainText(text('stop:state.confirmed'));
  await expect(stopRow(page, fan.name)).toContainText(text('stop:state.waiting'));
  await expect(stopRow(page, fan.name)).toContainText(text('stop:state.unconfirmed'), { timeout: 7_000 });
  expect(performance.now() - engagedMs).toBeLessThan(7_000);
  await expect(stopRow(page, fan.name)).toContainText(fan.zoneName);
  await expect(stopRow(page, fan.name)).toContainText(text('stop:todo.goToZone', { zone: fan.zoneName }));
  await expect(stopped(page)).toContainText(text('stop:control.unconfirmed', { count: 1 }));

  await test.step('it can be cleared only after somebody vouched for that device', async () => {
    await page.getByRole('button', { name: text('stop:clear.button') }).click();
    const dialog = page.getByRole('alertdialog');
    const confirm = dialog.getByRole('button', { name: text('stop:clear.confirm'), exact: true });
    await expect(dialog).toContainText(text('stop:clear.missing', { count: 1 }));
    await expect(confirm).toBeDisabled();
    await dialog.getByText(text('stop:clear.checkOne', { name: fan.name })).click();
    await expect(confirm).toBeEnabled();
    await confirm.click();
    await expect(stopAll(page)).toBeVisible();
    await expect(stopRow(page, fan.name)).toContainText(text('stop:state.uncleared'), { timeout: 10_000 });
  });
});

test('after a device is lost its output is unknown with the last state, and its values are stale', async ({
  page,
  kept,
}) => {
  const stage = kept.use(await Stage.open('mosquitto'));
  const device = await placeDevice(stage, pump);
  await device.actuator(relayPin, { state: true, pwm: 255 });
  await openByToken(page, stage.console);
  await goToZone(page, pump.zoneName);
  await expect(actuatorKey(page, relayName, new RegExp(text('actuator.on')))).toBeVisible();
  await expectFresh(page);

  await device.vanish();

  await expect(actuatorKey(page, relayName, pattern('actuator.lastOn'))).toBeVisible();
  await expectStale(page, 5_000);
  const reason = text('presenceReason.unexpected_disconnect');
  await expect(page.getByText(text('condition.deviceLost', { name: pump.name, reason })).first()).toBeVisible();
  await expect(header(page)).toContainText(text('header.lost', { count: 1 }));

  await actuatorKey(page, relayName).click();
  const faceplate = page.getByRole('dialog', { name: relayName });
  await expect(faceplate.getByRole('button', { name: text('face.keyOff'), exact: true })).toBeDisabled();
  await expect(faceplate).toContainText(text('face.blockOffline', { name: pump.name, reason }));
  await expect(faceplate).toContainText(pattern('face.unknownState', { state: text('actuator.on') }));
});

test('a sensor fault is named with its zone and its kind, on the line and in the value', async ({ page, kept }) => {
  const stage = kept.use(await Stage.open('mosquitto'));
  const device = await placeDevice(stage, pump);
  await openByToken(page, stage.console);
  await goToZone(page, pump.zoneName);
  await expectFresh(page);
  await device.sensor(sensorPin, 'ds18b20', rawOfFault);
  const sentence = text('condition.sensorBad.error', { name: text('sensorType.ds18b20') });
  await expect(page.getByRole('status').filter({ hasText: `${pump.zoneName} ${sentence}` })).toBeVisible();
  const card = sensorCard(page, text('sensorType.ds18b20'));
  await expect(card).toContainText(text('quality.error'));
  await expect(card.getByText('25.0', { exact: true }), 'no old number stands for a missing one').toBeHidden();
});

test('without the broker every value is stale and the header says so within 3 s, and all is live again with it', async ({
  page,
  kept,
}) => {
  const stage = kept.use(await Stage.open('mosquitto'));
  const device = await placeDevice(stage, pump);
  const devices = [device, await placeDevice(stage, { ...pump, name: 'Bed pump 4' })];
  await openByToken(page, stage.console);
  await goToZone(page, pump.zoneName);
  const staleValues = page.getByRole('region', { name: text('zone:sensors') }).getByText(pattern('old'));
  await expect(sensorCard(page, text('sensorType.ds18b20'))).toHaveCount(devices.length);
  await expect(staleValues).toHaveCount(0);
  const mosquitto = must(stage.mosquitto, 'the stage plays on Mosquitto');

  const killedMs = performance.now();
  await mosquitto.kill9();
  await expect(header(page)).toContainText(
    new RegExp(`${text('header.brokerOffline')}|${text('header.brokerConnecting')}`),
    {
      timeout: 3_000,
    },
  );
  await expect(staleValues).toHaveCount(devices.length, { timeout: 3_000 });
  await expect(page.getByRole('status').filter({ hasText: text('condition.brokerLost') })).toBeVisible();
  expect(performance.now() - killedMs).toBeLessThan(3_500);
  await expect(actuatorKey(page, relayName, pattern('actuator.lastOff'))).toHaveCount(devices.length);

  await mosquitto.restart();
  await expect(header(page)).not.toContainText(text('header.brokerOffline'), { timeout: 15_000 });
  for (const { id } of devices) {
    const back = await stage.returnDevice(id);
    await back.sensor(sensorPin, 'ds18b20', rawAt25Degrees);
  }
  await expect(staleValues).toHaveCount(0);
});

test('without the console the page says so, a stop is loudly NOT sent, and it comes back by itself', async ({
  page,
  kept,
  browserLog,
}) => {
  const port = await findFreePort();
  const stage = kept.use(await Stage.open('mosquitto', {}, { port }));
  const device = await placeDevice(stage, pump);
  await openByToken(page, stage.console);
  await goToZone(page, pump.zoneName);
  await expectFresh(page);

  browserLog.allow(...consoleIsAway);
  await stage.console.kill9();
  await expect(page.getByRole('alert').filter({ hasText: text('condition.consoleLost') })).toBeVisible();
  await expect(header(page)).toContainText(text('header.stale'));
  await expectStale(page, 3_000);
  await expect(actuatorKey(page, relayName, pattern('actuator.lastOff'))).toBeVisible();

  await test.step('a stop attempt says that it was NOT sent, and points at the hard-wired one', async () => {
    await page.keyboard.press('Control+Shift+S');
    const scope = text('stop:scope.all');
    const failure = page.getByRole('region', { name: text('stop:failure.title', { scope }) });
    await expect(failure).toBeVisible();
    await expect(failure).toContainText(text('stop:failure.todo'));
    await expect(failure).toContainText(text('stop:failure.noConnection'));
    await expect(stopped(page)).toBeHidden();
    await failure.getByRole('button', { name: text('stop:failure.dismiss') }).click();
    await expect(failure).toBeHidden();
  });

  await stage.console.restart();
  await expectLive(page);
  await expect(page.getByRole('alert').filter({ hasText: text('condition.consoleLost') })).toBeHidden();
  await stage.client.connected(10_000);
  await stage.beat(device, 'online');
  await device.sensor(sensorPin, 'ds18b20', rawAt25Degrees);
  await expectFresh(page);
  expect(await stage.client.call('GET', '/stop'), 'a stop that was refused is not sent later').toEqual([]);
});

test('a short press on Stop all engages nothing and says how long to hold', async ({ page, kept }) => {
  const stage = kept.use(await Stage.open('mosquitto'));
  const device = await placeDevice(stage, pump);
  await openByToken(page, stage.console);
  await stopAll(page).click();
  await expect(stopAll(page)).toContainText(text('stop:control.tooShort'));
  // Leaving the key while holding it lets go too.
  await stopAll(page).hover();
  await page.mouse.down();
  await expect(stopAll(page)).toContainText(text('stop:control.keepHolding'));
  await page.mouse.move(200, 500);
  await expect(stopAll(page)).toContainText(text('stop:control.tooShort'));
  await page.mouse.up();
  await stage.settle(device);
  expect(await stage.client.call('GET', '/stop')).toEqual([]);
  expect(device.received.all(({ topic }) => topic.includes('emergency'))).toEqual([]);
  await goTo(page, 'stop');
  await expect(page.getByRole('heading', { name: text('stop:screen.calmTitle') })).toBeVisible();
});
