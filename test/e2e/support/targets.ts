import type { Page } from '@playwright/test';
import { pattern } from './texts';

/** Small on purpose: each has an equivalent that is big enough. */
const exceptions: readonly RegExp[] = [
  // The same link stands in the rail, with the same count.
  pattern('foot.pending_one'),
  pattern('foot.pending_other'),
  // The value's own row in the zone's tile takes it out of the plot as well.
  pattern('plant:takeOut'),
];

/**
 * Everything that can be pressed in a field smaller than `minPx` in either direction, in words. What is smaller to the eye is tried: a
 * press half of `minPx` beside its middle has to reach it too.
 */
export async function smallTargets(page: Page, minPx: number): Promise<readonly string[]> {
  const found = await page.evaluate(findSmallTargets, minPx);
  return found.filter((target) => !exceptions.some((exception) => exception.test(target)));
}

/** Runs in the page. */
function findSmallTargets(minPx: number): readonly string[] {
  const selector =
    'a[href], button, select, textarea, input:not([type="hidden"]), [role="button"], [role="checkbox"], [role="slider"]';
  // What is clipped away is there for screen readers alone.
  const isClipped = (element: Element | null): boolean =>
    element !== null && (getComputedStyle(element).clipPath !== 'none' || isClipped(element.parentElement));
  const isShown = (element: Element) => {
    const isInert = element.closest('[inert], [aria-hidden="true"]') !== null;
    return !isInert && !isClipped(element) && element.checkVisibility({ visibilityProperty: true });
  };
  // An input inside its label is pressed on the whole label.
  const pressedAt = (element: Element) => (element.matches('input') ? (element.closest('label') ?? element) : element);
  const isBig = ({ width, height }: DOMRect) => width >= minPx - 0.5 && height >= minPx - 0.5;
  const isReached = (target: Element) => {
    target.scrollIntoView({ block: 'center', inline: 'nearest', behavior: 'instant' });
    const { left, top, width, height } = target.getBoundingClientRect();
    const [x, y] = [left + width / 2, top + height / 2];
    const reach = minPx / 2 - 2;
    const points = [
      [x, y - reach],
      [x, y + reach],
      [x - reach, y],
      [x + reach, y],
    ] as const;
    return points.every(([atX, atY]) => {
      const isOutside = atX < 0 || atY < 0 || atX >= window.innerWidth || atY >= window.innerHeight;
      const hit = isOutside ? null : document.elementFromPoint(atX, atY);
      return isOutside || (hit !== null && target.contains(hit));
    });
  };
  return [...document.querySelectorAll(selector)]
    .filter(isShown)
    .map((element) => ({ element, target: pressedAt(element) }))
    .filter(({ target }) => !isBig(target.getBoundingClientRect()) && !isReached(target))
    .map(({ element, target }) => {
      const { width, height } = target.getBoundingClientRect();
      const name = element.getAttribute('aria-label') ?? element.textContent.trim().slice(0, 40);
      return `${element.tagName.toLowerCase()} “${name}” ${Math.round(width)}×${Math.round(height)}`;
    });
}
