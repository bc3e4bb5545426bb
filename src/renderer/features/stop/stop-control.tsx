import { useEffect, useRef, type KeyboardEvent, type MouseEvent, type PointerEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { StopView } from '../../../shared/api/stop';
import { navigate } from '../../app/router';
import { Octagon } from './octagon';
import { StopAnnouncer } from './stop-announcer';
import { stopCounts, type StopCounts } from './stop-rules';
import { useStopStore } from './stop-store';
import { useHold } from './use-hold';
import { useEngagedStops, useStopRows } from './use-stop-rows';
import css from './stop-control.module.css';

/**
 * Stops the whole plant: held for half a second, or Ctrl+Shift+S in any screen. While the whole plant is stopped it leads to the stop
 * screen. It shows what the devices confirmed, never that a request went out well.
 */
export function StopControl() {
  const { t } = useTranslation('stop');
  const request = useStopStore(({ request: { name } }) => name);
  const engage = useStopStore((store) => store.engage);
  const stop = useEngagedStops().find(({ scope }) => scope.kind === 'all');
  const stopAll = () => {
    if (useStopStore.getState().request.name !== 'sending') void engage({ kind: 'all' });
  };
  const hold = useHold(stopAll);
  const click = useClickOf(stop !== undefined);
  useStopShortcut(() => (stop ? navigate({ screen: 'stop' }) : stopAll()));

  const classes = [css['key'], stop && css['engaged'], hold.isHolding && css['holding']].filter(Boolean).join(' ');
  const label = stop ? t('control.stopped') : request === 'sending' ? t('control.sending') : t('control.label');
  return (
    // Above every dialog, usable and announced while one is open: react-aria leaves elements with this mark alone.
    <div className={css['top']} data-react-aria-top-layer="true">
      <button type="button" className={classes} aria-keyshortcuts="Control+Shift+S" {...(stop ? click : hold.props)}>
        <Octagon className={css['octagon']} />
        <span className={css['words']}>
          <span className={css['label']}>{label}</span>
          <span className="visuallyHidden">{stop ? t('control.stoppedName') : t('control.name')}</span>
          {stop ? <EngagedHint stop={stop} /> : <IdleHint isHolding={hold.isHolding} wasTooShort={hold.wasTooShort} />}
        </span>
        <span className={css['progress']} />
      </button>
      <StopAnnouncer />
    </div>
  );
}

function IdleHint({ isHolding, wasTooShort }: { readonly isHolding: boolean; readonly wasTooShort: boolean }) {
  const { t } = useTranslation('stop');
  const isSending = useStopStore(({ request }) => request.name === 'sending');
  const text = isSending ? t('control.sendingHint') : isHolding ? t('control.keepHolding') : t('control.hint');
  return (
    <span className={`${css['hint']} ${wasTooShort ? css['loud'] : ''}`} aria-hidden>
      {wasTooShort ? t('control.tooShort') : text}
    </span>
  );
}

function EngagedHint({ stop }: { readonly stop: StopView }) {
  const { t } = useTranslation('stop');
  const counts = stopCounts(useStopRows(stop));
  const key = mostUrgent(counts);
  const text =
    key === 'noDevices'
      ? t('control.noDevices')
      : t(`control.${key}`, { count: key === 'allConfirmed' ? counts.confirmed : counts[key] });
  return (
    <span className={`${css['hint']} ${key === 'unconfirmed' ? css['loud'] : ''}`} aria-hidden>
      {text}
    </span>
  );
}

function mostUrgent({ unconfirmed, waiting, offline, confirmed }: StopCounts) {
  if (unconfirmed > 0) return 'unconfirmed';
  if (waiting > 0) return 'waiting';
  if (offline > 0) return 'offline';
  return confirmed > 0 ? 'allConfirmed' : 'noDevices';
}

/** Opens the stop screen, but not by the press that engaged the stop a moment ago and is still held. */
function useClickOf(isEngaged: boolean) {
  const beganEngaged = useRef(false);
  useEffect(() => {
    if (!isEngaged) beganEngaged.current = false;
  }, [isEngaged]);
  return {
    onPointerDown: (event: PointerEvent) => {
      beganEngaged.current = event.isPrimary;
    },
    onKeyDown: (event: KeyboardEvent) => {
      if (event.repeat) event.preventDefault();
      else beganEngaged.current = true;
    },
    onClick: (event: MouseEvent) => {
      const isOwnPress = beganEngaged.current || event.detail === 0;
      beganEngaged.current = false;
      if (isOwnPress) navigate({ screen: 'stop' });
    },
  };
}

/** Ctrl+Shift+S wherever the focus is, also in a text field or a dialog. */
function useStopShortcut(act: () => void): void {
  const current = useRef(act);
  useEffect(() => {
    current.current = act;
  });
  useEffect(() => {
    const listen = (event: globalThis.KeyboardEvent) => {
      if (!event.ctrlKey || !event.shiftKey || event.code !== 'KeyS' || event.altKey || event.metaKey) return;
      event.preventDefault();
      event.stopPropagation();
      if (!event.repeat) current.current();
    };
    window.addEventListener('keydown', listen, { capture: true });
    return () => window.removeEventListener('keydown', listen, { capture: true });
  }, []);
}
