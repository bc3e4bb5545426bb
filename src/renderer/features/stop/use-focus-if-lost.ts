import { useEffect, useRef } from 'react';

/** The closing dialog has given the focus back, or lost it, by then. */
const SETTLED_MS = 300;

/** Takes the focus when what had it is gone, as the clear key is after a clear; otherwise leaves it where it is. */
export function useFocusIfLost() {
  const ref = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const timer = setTimeout(() => {
      if (document.activeElement === document.body) ref.current?.focus();
    }, SETTLED_MS);
    return () => clearTimeout(timer);
  }, []);
  return ref;
}
