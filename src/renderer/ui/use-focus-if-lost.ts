import { type RefObject, useEffect, useRef } from 'react';

/** How long a closing dialog, or a slow machine, may take to lose the focus, ms. */
const WATCH_MS = 5000;

/** How often it is looked for, ms: shorter than the pause before someone presses the next key. */
const LOOK_MS = 100;

/**
 * For a while, gives a heading the focus whenever what had it is gone, and leaves it wherever else it is.
 * Not once: a dialog that closes may lose the focus well after what opened it has left the page.
 *
 * @param heading what takes the focus; it needs `tabIndex={-1}`
 * @returns ends the watch
 */
function watchFocus(heading: RefObject<HTMLElement | null>): () => void {
  const look = setInterval(() => {
    const focused = document.activeElement;
    // A dialog gives the focus to the whole screen when it can give it to nothing better.
    if (focused === document.body || focused?.localName === 'main') heading.current?.focus();
  }, LOOK_MS);
  const end = setTimeout(() => clearInterval(look), WATCH_MS);
  return () => {
    clearInterval(look);
    clearTimeout(end);
  };
}

/** Takes the focus when what had it is gone with the appearance of this, as the clear key is after a clear. */
export function useFocusIfLost(): RefObject<HTMLHeadingElement | null> {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => watchFocus(heading), []);
  return heading;
}

/** Each time that there are fewer of something: takes the focus when what had it is gone, as a card is after its approval. */
export function useFocusIfFewer(count: number): RefObject<HTMLHeadingElement | null> {
  const heading = useRef<HTMLHeadingElement>(null);
  const last = useRef(count);
  useEffect(() => {
    const isFewer = count < last.current;
    last.current = count;
    return isFewer ? watchFocus(heading) : undefined;
  }, [count]);
  return heading;
}
