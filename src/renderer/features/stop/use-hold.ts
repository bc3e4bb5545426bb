import { useCallback, useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { idleHold, nextHold, type HoldEvent, type HoldState } from './hold-state';

/** How exactly the end of the hold is met. */
const TICK_MS = 20;
/** How long the hint "hold longer" stays. */
const TOO_SHORT_MS = 2_500;

type Key = KeyboardEvent<HTMLButtonElement>;

/** A native button that acts once when it was held long enough, by pointer, Enter or Space; leaving it or its focus lets go. */
export function useHold(onFire: () => void) {
  const { isHolding, wasTooShort, step } = useHoldMachine(onFire);
  const props = {
    onPointerDown: (event: PointerEvent<HTMLButtonElement>) => {
      if (event.isPrimary && event.button === 0) step('press');
    },
    onPointerUp: () => step('release'),
    onPointerCancel: () => step('cancel'),
    onPointerLeave: () => step('cancel'),
    onKeyDown: (event: Key) => {
      if (!isActionKey(event)) return;
      event.preventDefault(); // no click, no scrolling
      if (!event.repeat) step('press');
    },
    onKeyUp: (event: Key) => {
      if (isActionKey(event)) step('release');
    },
    onBlur: () => step('cancel'),
    onContextMenu: (event: { preventDefault(): void }) => event.preventDefault(), // a long touch opens it
  };
  return { isHolding, wasTooShort: wasTooShort && !isHolding, props };
}

function isActionKey({ key }: Key): boolean {
  return key === 'Enter' || key === ' ';
}

function useHoldMachine(onFire: () => void) {
  const state = useRef<HoldState>(idleHold);
  const fire = useRef(onFire);
  const [isHolding, setHolding] = useState(false);
  const [wasTooShort, setTooShort] = useState(false);
  useEffect(() => {
    fire.current = onFire;
  }, [onFire]);

  const step = useCallback((event: HoldEvent) => {
    const before = state.current;
    const next = nextHold(before, event, performance.now());
    const isFired = before.name === 'holding' && next.name === 'fired';
    if (before.name === 'holding' && next.name === 'idle') setTooShort(true);
    state.current = isFired && event === 'release' ? idleHold : next;
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

  return { isHolding, wasTooShort, step };
}
