/* From a blank board on a USB cable to a device of the plant, in the wizard. Behind the pty are a virtual chip and our real firmware. */
import type { Page } from '@playwright/test';
import { portWhen, setupWhen, skipWithoutBoards, wifi, type BoardKind } from './support/boards';
import { goTo, goToZone, rail, railLink } from './support/console-page';
import { expect, test } from './support/fixtures';
import { choose, press, type } from './support/keyboard';
import {
  bootHint,
  brokerHost,
  expectDone,
  expectFound,
  expectPhase,
  expectStep,
  field,
  fillSteps,
  giveBroker,
  giveName,
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

const name = 'Pump 7';

/** The first of two sockets has a board. */
const openScene = (page: Page, kept: AsyncDisposableStack, kind: BoardKind = {}) =>
  openBoards(page, kept, [kind, {}], 1);

const retry = (page: Page) => key(page, 'failed.retry');

test('a blank board becomes a named device on its zone screen, by mouse', async ({ page, kept }) => {
  const { stage, boards } = await openScene(page, kept, { needsFinger: true });
  boards.helpByHand(stage.client, 'reset');
  const board = boards.board(0);
  await goTo(page, 'commissioning');

  await test.step('the only board that is plugged in is chosen beforehand; the other socket is empty', async () => {
    await expectStep(page, 'port');
    await expect(portRow(page, board.path)).toBeChecked();
    await expect(portRow(page, boards.board(1).path)).toBeDisabled();
    await next(page);
  });

  await test.step('a board that does not answer by itself needs a hand, and the page shows how', async () => {
    await expect(bootHint(page)).toBeVisible({ timeout: 15_000 });
    board.holdBootAndReset();
    await expectFound(page);
    await expect(page.getByRole('main')).toContainText('ESP32-C3');
    await expect(page.getByRole('main')).toContainText(board.deviceId);
    await next(page);
  });

  await test.step('Wi-Fi, broker, name and zone are one decision each', async () => {
    await giveWifi(page);
    await giveBroker(page);
    await giveName(page, name, zone.name);
    await expectStep(page, 'summary');
    await expect(page.getByRole('main')).toContainText(`${name} · ${zone.name}`);
  });

  await test.step('it is written, proved, provisioned and approved', async () => {
    await key(page, 'start').click();
    await expect(bootHint(page), 'a port without modem lines needs the hand for each conversation').toBeVisible();
    board.holdBootAndReset();
    await expect(bootHint(page)).toBeHidden();
    await expect(page.getByRole('progressbar')).toBeVisible();
    await expectDone(page, name);
    await expect(page.getByRole('main')).toContainText(pattern('commissioning:setup.done.readBack_other'));
    await expect(page.getByRole('img', { name: pattern('commissioning:setup.label.code') })).toBeVisible();
  });

  await test.step('it stands on the screen of its zone', async () => {
    await goToZone(page, zone.name);
    await expect(page.getByRole('main').getByRole('link', { name: new RegExp(name) })).toBeVisible();
  });
});

test('a blank board becomes a named device with the keyboard alone', async ({ page, kept }) => {
  const { stage, boards } = await openScene(page, kept);
  boards.helpByHand(stage.client);
  await press(page, railLink(page, 'commissioning'));
  await expectStep(page, 'port');
  await press(page, portRow(page, boards.board(0).path), 'Space');
  await page.keyboard.press('Enter');
  await expectFound(page);
  await press(page, key(page, 'next'));

  await expectStep(page, 'network');
  await type(page, field(page, 'network.ssid'), wifi.ssid);
  await type(page, field(page, 'network.password'), wifi.password);
  await page.keyboard.press('Enter');

  await expectStep(page, 'broker');
  const host = field(page, 'broker.host');
  // The proposal is an address in the network, where the broker of a test does not listen.
  if ((await host.inputValue()) !== brokerHost)
    await press(page, page.getByRole('button', { name: brokerHost, exact: true }));
  await expect(host).toHaveValue(brokerHost);
  await press(page, key(page, 'next'));

  await expectStep(page, 'name');
  await type(page, field(page, 'name.name'), name);
  await choose(page, page.getByLabel(text('devices:choose.zone'), { exact: true }), zone.name);
  await page.keyboard.press('Enter');

  await expectStep(page, 'summary');
  await press(page, key(page, 'start'));
  await expectDone(page, name);
  await expect(headline(page), 'a reader hears the end').toBeFocused();
  await press(page, rail(page).getByRole('link', { name: text('rail.plant') }));
  await press(page, page.getByRole('link', { name: zone.name, exact: true }));
  await expect(page.getByRole('main').getByRole('link', { name: new RegExp(name) })).toBeVisible();
});

test('a wrong Wi-Fi password is said, and mended without typing the rest again', async ({ page, kept }) => {
  const { stage, boards } = await openScene(page, kept);
  boards.helpByHand(stage.client);
  const board = boards.board(0);
  await goTo(page, 'commissioning');
  await fillSteps(page, { path: board.path, name, zone: zone.name, password: 'tomatos1' });
  await key(page, 'start').click();
  const sentence = page.getByText(text('commissioning:errors.wifi_not_joined.what', { ssid: wifi.ssid }));
  await expect(sentence).toBeVisible({ timeout: 40_000 });
  await expect(page.getByText(text('commissioning:errors.wifi_not_joined.todo'))).toBeVisible();
  const accounts = await stage.client.call<readonly { readonly username: string }[]>('GET', '/broker/accounts');
  expect(
    accounts.map(({ username }) => username),
    'the login is taken back',
  ).not.toContain(board.deviceId);

  await key(page, 'mend.network').click();
  await expectStep(page, 'network');
  await expect(field(page, 'network.ssid')).toHaveValue(wifi.ssid);
  await field(page, 'network.password').fill(wifi.password);
  await next(page);
  await expect(field(page, 'broker.host')).toHaveValue(brokerHost);
  await next(page);
  await expect(field(page, 'name.name')).toHaveValue(name);
  await next(page);
  await expectStep(page, 'summary');
  await key(page, 'start').click();
  await expectDone(page, name);
});

test('a board that is unplugged while it is written is said, and the next try works', async ({ page, kept }) => {
  const { stage, boards } = await openScene(page, kept);
  boards.helpByHand(stage.client);
  const board = boards.board(0);
  await goTo(page, 'commissioning');
  await fillSteps(page, { path: board.path, name, zone: zone.name });
  board.chip.faults.unplugAfterBytes = board.chip.stats.bytesReceived + 200_000;
  await key(page, 'start').click();
  await expect(page.getByText(text('commissioning:errors.port_vanished.what'))).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText(text('commissioning:errors.port_vanished.todo'))).toBeVisible();
  const { flash } = await setupWhen(stage.client, ({ state }) => state === 'failed');
  expect(flash?.bytesWritten, 'it was being written').toBeGreaterThan(0);

  board.chip.faults.unplugAfterBytes = null;
  await board.unplug();
  await board.plugIn();
  await portWhen(stage.client, board.path, true);
  await retry(page).click();
  await expectDone(page, name);
});

test('a page that is loaded again shows the setup that runs', async ({ page, kept }) => {
  const { stage, boards } = await openScene(page, kept);
  const board = boards.board(0);
  await goTo(page, 'commissioning');
  await fillSteps(page, { path: board.path, name, zone: zone.name });
  await key(page, 'start').click();
  await expect(bootHint(page)).toBeVisible();
  board.holdBootAndReset();
  await expectPhase(page, 'restart');
  await page.reload();
  await expectPhase(page, 'restart');
  await expect(page.getByRole('main')).toContainText(text('commissioning:setup.run.title', { name }));
  boards.helpByHand(stage.client);
  await expectDone(page, name);
  await page.reload();
  await expectDone(page, name);
});
