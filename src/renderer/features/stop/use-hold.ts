import { useCallback, useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { idleHold, nextHold, type HoldEvent, type HoldState } from './hold-state';

/** How exactly the end of the hold is met. */
const TICK_MS = 20;
/** How long the hint "hold longer" stays. */
const TOO_SHORT_MS = 2_500;

type HoldProps = {
  readonly onPointerDown: (event: PointerEvent<HTMLButtonElement>) => void;
  readonly onPointerUp: () => void;
  readonly onPointerCancel: () => void;
  readonly onPointerLeave: () => void;
  readonly onKeyDown: (event: KeyboardEvent<HTMLButtonElement>) => void;
  readonly onKeyUp: (event: KeyboardEvent<HTMLButtonElement>) => void;
  readonly onBlur: () => void;
  readonly onContextMenu: (event: { preventDefault(): void }) => void;
};

export type Hold = { readonly isHolding: boolean; readonly wasTooShort: boolean; readonly props: HoldProps };

/** A native button that acts once when it was held long enough, by pointer, Enter or Space; leaving it or its focus lets go. */
export function useHold(onFire: () => void): Hold {
  const state = useRef<HoldState>(idleHold);
  const fire = useRef(onFire);
  const [isHolding, setHolding] = useState(false);
  const [wasTooShort, setTooShort] = useState(false);
  useEffect(() => {
    fire.current = onFire;
  }, [onFire]);

  const step = useCallback((event: HoldEvent) => {
    const before = state.current;
    state.current = nextHold(before, event, performance.now());
    const isFired = before.name === 'holding' && state.current.name === 'fired';
    if (before.name === 'holding' && state.current.name === 'idle') setTooShort(true);
    if (isFired && event === 'release') state.current = idleHold;
    setHolding(state.current.name === 'holding');
    if (isFired) fire.current();
  }, []);

  useEffect(() => {
    if (!isHolding) return undefined;
    const timer = setInterval(() => step('tick'), TICK_MS);
    return () => clearInterval(timer);
  }, [isHolding, step]);

  useEffect(() => {
    if (!wasTooShort) return undefined;
    const timer = setTimeout(() => setTooShort(false), TOO_SHORT_MS);
    return () => clearTimeout(timer);
  }, [wasTooShort]);

  return { isHolding, wasTooShort: wasTooShort && !isHolding, props: holdProps(step) };
}

function holdProps(step: (event: HoldEvent) => void): HoldProps {
  const isActionKey = (event: KeyboardEvent) => event.key === 'Enter' || event.key === ' ';
  return {
    onPointerDown: (event) => {
      if (event.isPrimary && event.button === 0) step('press');
    },
    onPointerUp: () => step('release'),
    onPointerCancel: () => step('cancel'),
    onPointerLeave: () => step('cancel'),
    onKeyDown: (event) => {
      if (!isActionKey(event)) return;
      event.preventDefault(); // no click, no scrolling
      if (!event.repeat) step('press');
    },
    onKeyUp: (event) => {
      if (isActionKey(event)) step('release');
    },
    onBlur: () => step('cancel'),
    onContextMenu: (event) => event.preventDefault(), // a long touch opens it
  };
}
