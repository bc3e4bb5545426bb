/* No mouse, no touch: nothing in this file points at anything. */
import { Stage } from '../fakes/stage';
import {
  actuatorKey,
  journalStory,
  missingFrom,
  openByLoginUrl,
  railLink,
  sensorCard,
  stopAll,
  stopped,
  stopRow,
  truth,
} from './support/console-page';
import { expect, test } from './support/fixtures';
import { choose, expectFocusBackOn, expectVisibleFocus, press, tabTo, type } from './support/keyboard';
import { rawAt25Degrees, relayName, relayPin, sensorPin, skipWithoutMosquitto } from './support/plant';
import { pattern, text } from './support/texts';

skipWithoutMosquitto();

test('the whole job is done with the keyboard alone, and the focus is always seen', async ({ page, kept }) => {
  const stage = kept.use(await Stage.open('mosquitto'));
  await openByLoginUrl(page, stage.console);
  const device = await stage.pendingDevice();
  await device.sensor(sensorPin, 'ds18b20', rawAt25Degrees);
  await device.actuator(relayPin);
  const zoneLink = page.getByRole('link', { name: 'Greenhouse 7', exact: true });

  await test.step('the rail leads to Devices; the card of the pending device takes the focus back after Escape', async () => {
    await press(page, railLink(page, 'devices'));
    const approve = page.getByRole('button', { name: text('devices:pending.approveName', { name: device.id }) });
    await press(page, approve);
    const dialog = page.getByRole('dialog', { name: text('devices:approve.title', { id: device.id }) });
    await expect(dialog).toBeVisible();
    await expectVisibleFocus(page);
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    await expectFocusBackOn(page, approve);
  });

  await test.step('it is approved with a name and a new zone', async () => {
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: text('devices:approve.title', { id: device.id }) });
    await type(page, dialog.getByLabel(text('devices:approve.name'), { exact: true }), 'Bed pump 3');
    await choose(page, dialog.getByLabel(text('devices:choose.zone'), { exact: true }), text('devices:choose.new'));
    await type(page, dialog.getByLabel(text('devices:choose.newName')), 'Greenhouse 7');
    await press(page, dialog.getByRole('button', { name: text('devices:approve.confirm'), exact: true }));
    await expect(dialog).toBeHidden();
    await stage.bringOnline(device);
    const row = page.getByRole('table', { name: text('devices:table.label') }).getByRole('row', { name: /Bed pump 3/ });
    await expect(row).toContainText('Greenhouse 7');
    await expect(row).not.toContainText(pattern('devices:zone.pendingTo', { zone: 'Greenhouse 7' }));
    // The card that was acted on is gone; the focus must have gone to something else that is there.
    await expectVisibleFocus(page);
  });

  await test.step('Alt+1 and Enter lead to the zone and its reading', async () => {
    await device.sensor(sensorPin, 'ds18b20', rawAt25Degrees);
    await device.actuator(relayPin);
    await page.keyboard.press('Alt+1');
    await press(page, zoneLink);
    await expect(sensorCard(page, text('sensorType.ds18b20')).getByText('25.0', { exact: true })).toBeVisible();
  });

  const faceplate = page.getByRole('dialog', { name: relayName });
  const keyOn = faceplate.getByRole('button', { name: text('face.keyOn'), exact: true });
  const key = actuatorKey(page, relayName);
  const expectSwitchedOn = async () => {
    await expect(truth(faceplate, 'requested')).toContainText(text('face.ON'));
    await expect(truth(faceplate, 'acknowledged')).toContainText(pattern('face.after'));
    await expect(truth(faceplate, 'observed')).toContainText(text('actuator.on').toUpperCase());
  };

  await test.step('Space switches on in the faceplate; Escape leads back to the key', async () => {
    await press(page, key);
    await press(page, keyOn, 'Space');
    await expectSwitchedOn();
    await expectVisibleFocus(page);
    await page.keyboard.press('Escape');
    await expect(faceplate).toBeHidden();
    await expectFocusBackOn(page, key);
  });

  await test.step('Ctrl+Shift+S stops at once; Enter on the control leads to the stop screen', async () => {
    await page.keyboard.press('Control+Shift+S');
    await expect(stopped(page)).toBeVisible();
    await press(page, stopped(page));
    await expect(page.getByRole('heading', { name: pattern('stop:panel.engagedTitle') })).toBeVisible();
    await expect(stopRow(page, 'Bed pump 3')).toContainText(text('stop:state.confirmed'));
    await expect(stopRow(page, 'Bed pump 3')).toContainText(/\d+ ms|\d+(\.\d)? s/);
  });

  await test.step('On is blocked with a sentence', async () => {
    await page.keyboard.press('Alt+1');
    await press(page, zoneLink);
    await press(page, key);
    await expect(keyOn).toBeDisabled();
    await expect(faceplate).toContainText(text('face.blockStopped'));
    await page.keyboard.press('Escape');
    await expectFocusBackOn(page, key);
  });

  await test.step('Clear stop waits for 5 s, asks, and gives the focus back to what is there', async () => {
    await page.keyboard.press('Alt+3');
    const clear = page.getByRole('button', { name: text('stop:clear.button') });
    await expect(clear).toContainText(text('stop:clear.buttonReady'), { timeout: 10_000 });
    const dialog = page.getByRole('alertdialog', { name: pattern('stop:clear.title') });
    await press(page, clear);
    await expectVisibleFocus(page);
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    await expectFocusBackOn(page, clear);
    await page.keyboard.press('Enter');
    await press(page, dialog.getByRole('button', { name: text('stop:clear.confirm'), exact: true }));
    await expect(stopRow(page, 'Bed pump 3')).toContainText(text('stop:state.cleared'));
    await expect(page.getByRole('heading', { name: pattern('stop:panel.clearedTitle') })).toBeFocused();
    await expect(stopAll(page)).toBeVisible();
  });

  await test.step('On works again', async () => {
    await page.keyboard.press('Alt+1');
    await press(page, zoneLink);
    await press(page, key);
    await press(page, keyOn);
    await expectSwitchedOn();
    await page.keyboard.press('Escape');
  });

  await test.step('the journal tells it in order', async () => {
    await page.keyboard.press('Alt+4');
    const kinds = [
      'device_approved',
      'zone_confirmed',
      'command_applied',
      'stop_engaged',
      'stop_cleared',
      'command_applied',
    ];
    const wanted = kinds.map((kind) => text(`journal:kind.${kind}`));
    await expect.poll(async () => missingFrom(await journalStory(page), wanted)).toEqual([]);
  });
});

test('Stop all is held with Enter or Space as with the mouse, and a short press engages nothing', async ({
  page,
  kept,
}) => {
  const stage = kept.use(await Stage.open('mosquitto'));
  await openByLoginUrl(page, stage.console);
  await press(page, stopAll(page));
  await expect(page.getByText(text('stop:control.tooShort'))).toBeVisible();
  expect(await stage.client.call('GET', '/stop')).toEqual([]);

  await tabTo(page, stopAll(page));
  await page.keyboard.down('Space');
  await expect(stopped(page)).toBeVisible({ timeout: 3_000 });
  await page.keyboard.up('Space');
  await expectVisibleFocus(page);
});
