import { Stage } from '../fakes/stage';
import {
  actuatorKey,
  goTo,
  goToZone,
  holdStopAll,
  journalStory,
  missingFrom,
  openByLoginUrl,
  sensorCard,
  stopAll,
  stopped,
  stopRow,
  truth,
} from './support/console-page';
import { expect, test } from './support/fixtures';
import { rawAt25Degrees, relayName, relayPin, sensorPin, skipWithoutMosquitto } from './support/plant';
import { pattern, text } from './support/texts';

skipWithoutMosquitto();

test('an operator adopts a device, switches it, stops the plant, clears the stop and finds it all in the journal', async ({
  page,
  kept,
}) => {
  const stage = kept.use(await Stage.open('mosquitto'));
  await openByLoginUrl(page, stage.console);
  await goTo(page, 'devices');
  await expect(page.getByText(text('devices:table.noDevices'))).toBeVisible();

  const device = await stage.connectDevice();

  await test.step('a device that reports itself appears by itself and waits for approval', async () => {
    await device.announce();
    await stage.beat(device, 'pending_approval');
    await device.sensor(sensorPin, 'ds18b20', rawAt25Degrees);
    await device.actuator(relayPin);
    const card = page.getByRole('article', { name: device.id });
    await expect(card).toBeVisible();
    await expect(card.getByText('25.0')).toBeVisible();
    await card.getByRole('button', { name: text('devices:pending.approveName', { name: device.id }) }).click();
  });

  await test.step('it is approved with a name and put into a new zone, which it confirms', async () => {
    const dialog = page.getByRole('dialog', { name: text('devices:approve.title', { id: device.id }) });
    await dialog.getByLabel(text('devices:approve.name'), { exact: true }).fill('Bed pump 3');
    await dialog.getByLabel(text('devices:choose.zone'), { exact: true }).selectOption(text('devices:choose.new'));
    await dialog.getByLabel(text('devices:choose.newName')).fill('Greenhouse 7');
    await dialog.getByRole('button', { name: text('devices:approve.confirm'), exact: true }).click();
    await expect(dialog).toBeHidden();
    await stage.bringOnline(device);
    const row = page.getByRole('table', { name: text('devices:table.label') }).getByRole('row', { name: /Bed pump 3/ });
    await expect(row).toContainText('Greenhouse 7');
    await expect(row).not.toContainText(pattern('devices:zone.pendingTo', { zone: 'Greenhouse 7' }));
    await expect(row).toContainText(text('devices:presence.online'));
    expect(device.zoneId).not.toBe('');
  });

  await test.step('a raw reading of 400 is shown as 25.0 °C', async () => {
    await device.sensor(sensorPin, 'ds18b20', rawAt25Degrees);
    await device.actuator(relayPin);
    await goToZone(page, 'Greenhouse 7');
    const card = sensorCard(page, text('sensorType.ds18b20'));
    await expect(card.getByText('25.0', { exact: true })).toBeVisible();
    await expect(card.getByText('°C', { exact: true })).toBeVisible();
    await expect(card).toContainText(text('quality.good'));
  });

  const faceplate = page.getByRole('dialog', { name: relayName });
  const keyOn = faceplate.getByRole('button', { name: text('face.keyOn'), exact: true });
  const expectSwitchedOn = async () => {
    await keyOn.click();
    await expect(truth(faceplate, 'requested')).toContainText(text('face.ON'));
    await expect(truth(faceplate, 'acknowledged')).toContainText(text('face.ON'));
    await expect(truth(faceplate, 'acknowledged')).toContainText(pattern('face.after'));
    await expect(truth(faceplate, 'observed')).toContainText(text('actuator.on').toUpperCase());
  };
  await test.step('switching on shows requested, acknowledged and observed', async () => {
    await actuatorKey(page, relayName, text('actuator.off')).click();
    await expectSwitchedOn();
    await faceplate.getByRole('button', { name: text('close') }).click();
    await expect(faceplate).toBeHidden();
  });

  await test.step('Stop all, held for half a second, shows the device confirmed with its time', async () => {
    await holdStopAll(page);
    await stopped(page).click();
    await expect(page.getByRole('heading', { name: pattern('stop:panel.engagedTitle') })).toBeVisible();
    const row = stopRow(page, 'Bed pump 3');
    await expect(row).toContainText(text('stop:state.confirmed'));
    await expect(row).toContainText(/\d+ ms|\d+(\.\d)? s/);
    await expect(row).toContainText('Greenhouse 7');
  });

  await test.step('On is blocked with a sentence that says what to do; Off is not', async () => {
    await goToZone(page, 'Greenhouse 7');
    await actuatorKey(page, relayName).click();
    await expect(keyOn).toBeDisabled();
    await expect(faceplate).toContainText(text('face.onBlocked'));
    await expect(faceplate).toContainText(text('face.blockStopped'));
    await expect(faceplate).toContainText(text('face.offPossible'));
    await expect(truth(faceplate, 'observed')).toContainText(text('actuator.off').toUpperCase());
    await expect(faceplate.getByRole('button', { name: text('face.keyOff'), exact: true })).toBeEnabled();
    await page.keyboard.press('Escape');
  });

  await test.step('the stop is cleared in a separate step, not before 5 s have passed', async () => {
    await stopped(page).click();
    await page
      .getByRole('button', { name: text('stop:clear.button') })
      .filter({ hasText: text('stop:clear.buttonReady') })
      .click({ timeout: 10_000 });
    const dialog = page.getByRole('alertdialog', { name: pattern('stop:clear.title') });
    await expect(dialog).toContainText(text('stop:clear.effects.off'));
    await dialog.getByRole('button', { name: text('stop:clear.confirm'), exact: true }).click();
    await expect(page.getByRole('heading', { name: pattern('stop:panel.clearedTitle') })).toBeVisible();
    await expect(stopRow(page, 'Bed pump 3')).toContainText(text('stop:state.cleared'));
    await expect(stopAll(page)).toBeVisible();
  });

  await test.step('nothing was started by that, and On works again', async () => {
    await goToZone(page, 'Greenhouse 7');
    await actuatorKey(page, relayName, text('actuator.off')).click();
    await expect(truth(faceplate, 'observed')).toContainText(text('actuator.off').toUpperCase());
    await expectSwitchedOn();
    await page.keyboard.press('Escape');
  });

  await test.step('the journal tells it in order', async () => {
    await goTo(page, 'journal');
    const kinds = [
      'device_discovered',
      'device_approved',
      'zone_requested',
      'zone_confirmed',
      'command_sent',
      'command_applied',
      'stop_engaged',
      'stop_confirmed',
      'stop_cleared',
      'stop_device_cleared',
      'command_sent',
      'command_applied',
    ].map((kind) => text(`journal:kind.${kind}`));
    await expect.poll(async () => missingFrom(await journalStory(page), kinds)).toEqual([]);
  });
});
