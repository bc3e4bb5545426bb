import { useEffect, useRef } from 'react';

/** The closing dialog has given the focus back, or lost it, by then. */
const SETTLED_MS = 300;

/** After each change of `occasion`: takes the focus when what had it is gone, as a card is after its approval. */
export function useFocusIfLost(occasion: unknown) {
  const ref = useRef<HTMLHeadingElement>(null);
  const last = useRef(occasion);
  useEffect(() => {
    if (last.current === occasion) return undefined;
    last.current = occasion;
    const timer = setTimeout(() => {
      if (document.activeElement === document.body) ref.current?.focus();
    }, SETTLED_MS);
    return () => clearTimeout(timer);
  }, [occasion]);
  return ref;
}
