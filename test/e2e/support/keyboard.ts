/*
 * The page by keyboard alone. Every step of the focus is checked: it stands on something, that can be seen, with a visible ring.
 */
import { expect, type Locator, type Page } from '@playwright/test';

/** More steps than any screen has stops; then the focus goes in circles without meeting its goal. */
const maxSteps = 150;

type Focus = { readonly what: string; readonly ringPx: number; readonly isInView: boolean };

/** What has the focus, how strong its ring is, and whether it is in the window. Runs in the page. */
function readFocus(): Focus {
  const focused = document.activeElement;
  if (!focused || focused === document.body) return { what: 'nothing', ringPx: 0, isInView: false };
  // A control that is drawn by something else (a radio button by its label, a slider by its thumb) carries the ring there.
  const carriers = [focused, focused.nextElementSibling, focused.parentElement, focused.parentElement?.parentElement];
  const ringPx = Math.max(
    ...carriers.map((element) => {
      if (!element) return 0;
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      return outlineStyle === 'none' ? 0 : Number.parseFloat(outlineWidth);
    }),
  );
  const { left, right, top, bottom } = focused.getBoundingClientRect();
  const isInView = right > 0 && bottom > 0 && left < window.innerWidth && top < window.innerHeight;
  const label = focused.getAttribute('aria-label') ?? focused.textContent.trim().slice(0, 60);
  return { what: `${focused.tagName.toLowerCase()} “${label}”`, ringPx, isInView };
}

/** The focus stands on something in the window, with a ring of 2 px at least. */
export async function expectVisibleFocus(page: Page): Promise<void> {
  await expect
    .poll(async () => {
      const focus = await page.evaluate(readFocus);
      return focus.ringPx >= 2 && focus.isInView ? 'visible' : JSON.stringify(focus);
    })
    .toBe('visible');
}

/** Presses Tab until the target has the focus; the ring is seen at every stop on the way. */
export async function tabTo(page: Page, target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  await expect(target).toBeVisible();
  const passed: string[] = [];
  for (let step = 0; step < maxSteps; step += 1) {
    if (await hasFocus(target)) return;
    await page.keyboard.press(key);
    // From the page's end the focus goes through the browser's own controls; then the document has none.
    if (await page.evaluate(() => document.activeElement !== document.body)) await expectVisibleFocus(page);
    passed.push(await page.evaluate(() => document.activeElement?.textContent.slice(0, 30) ?? ''));
  }
  throw new Error(
    `After ${maxSteps} times ${key} the focus has not come to ${target.toString()}; it passed ${passed.join(' | ')}`,
  );
}

/** Goes to it by Tab and presses it. */
export async function press(page: Page, target: Locator, key: 'Enter' | 'Space' = 'Enter'): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press(key);
}

/** Goes to a field by Tab and types. */
export async function type(page: Page, field: Locator, words: string): Promise<void> {
  await tabTo(page, field);
  await page.keyboard.type(words);
  await expect(field).toHaveValue(words);
}

/** Goes to a list by Tab and moves down to an option. */
export async function choose(page: Page, list: Locator, option: string): Promise<void> {
  await tabTo(page, list);
  const chosen = () => list.evaluate((select) => (select as HTMLSelectElement).selectedOptions[0]?.label);
  for (let step = 0; step < maxSteps && (await chosen()) !== option; step += 1) await page.keyboard.press('ArrowDown');
  expect(await chosen()).toBe(option);
}

/** The focus has come back to it, visibly. */
export async function expectFocusBackOn(page: Page, target: Locator): Promise<void> {
  await expect(target).toBeFocused();
  await expectVisibleFocus(page);
}

async function hasFocus(target: Locator): Promise<boolean> {
  return target.evaluate((element) => element === document.activeElement);
}
