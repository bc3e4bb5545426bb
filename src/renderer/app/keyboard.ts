import { useEffect } from 'react';
import { railRoute, railScreens } from './rail-screens';
import { hrefOf } from './router';

/*
 * Keys of the frame: Alt+1 … goes to a screen, F6 and Shift+F6 walk through the areas (elements with `data-area`). Ctrl+Shift+S belongs
 * to the stop control.
 */

/** Listens while the frame is mounted. */
export function useKeyboard(): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key === 'F6') {
        event.preventDefault();
        focusNextArea(event.shiftKey ? -1 : 1);
      } else if (event.altKey && !event.ctrlKey && !event.metaKey && /^Digit[1-9]$/.test(event.code)) {
        const screen = railScreens[Number(event.code.slice(-1)) - 1];
        if (!screen) return;
        event.preventDefault();
        window.location.hash = hrefOf(railRoute(screen));
      }
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, []);
}

/** From the area that has the focus to the next one that can take it. */
function focusNextArea(step: 1 | -1): void {
  const areas = [...document.querySelectorAll<HTMLElement>('[data-area]')];
  const current = areas.findIndex((area) => area.contains(document.activeElement));
  const from = current < 0 && step < 0 ? 0 : current;
  for (let distance = 1; distance <= areas.length; distance += 1) {
    const area = areas[(from + step * distance + areas.length * 2) % areas.length];
    const target = area?.hasAttribute('tabindex') ? area : area?.querySelector<HTMLElement>(focusable);
    if (!target) continue;
    target.focus();
    return;
  }
}

const focusable = 'a[href], button:not([disabled]), select, input, [tabindex="0"]';
