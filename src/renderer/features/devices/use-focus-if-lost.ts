import { useEffect, useRef } from 'react';

/** The closing dialog has given the focus back, or lost it, by then. */
const SETTLED_MS = 300;

/** Each time that there are fewer of something: takes the focus when what had it is gone, as a card is after its approval. */
export function useFocusIfLost(count: number) {
  const ref = useRef<HTMLHeadingElement>(null);
  const last = useRef(count);
  useEffect(() => {
    const isFewer = count < last.current;
    last.current = count;
    if (!isFewer) return undefined;
    const timer = setTimeout(() => {
      if (document.activeElement === document.body) ref.current?.focus();
    }, SETTLED_MS);
    return () => clearTimeout(timer);
  }, [count]);
  return ref;
}
