import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Label } from '../../../../shared/api/commissioning';
import type { DeviceId } from '../../../../shared/domain/ids';
import { api } from '../../../connection/client';
import { useConnection } from '../../../connection/connection-store';
import { Button } from '../../../ui/button';
import { CallError } from '../job-error';
import css from './device-label.module.css';

/** The label to stick on the device, as it is printed. */
export function DeviceLabel({ deviceId }: { readonly deviceId: DeviceId }) {
  const { t } = useTranslation('commissioning');
  const { label, error } = useLabel(deviceId);
  if (label === null) return <CallError error={error} />;
  return (
    <div className={css['place']}>
      <div className={css['label']}>
        <img src={svgAddress(label.svg)} alt={t('setup.label.code', { code: label.code })} />
        <ul>
          {label.lines.map((line, index) => (
            // Lines are text by place: two may read the same.
            <li key={index}>{line}</li>
          ))}
        </ul>
      </div>
      <Button onPress={printLabel}>{t('setup.label.print')}</Button>
    </div>
  );
}

function useLabel(deviceId: DeviceId): { readonly label: Label | null; readonly error: unknown } {
  const [state, setState] = useState<{ label: Label | null; error: unknown }>({ label: null, error: null });
  const isLive = useConnection((connection) => connection.state === 'live');
  useEffect(() => {
    if (!isLive) return undefined;
    const end = new AbortController();
    api.commissioning.label({ deviceId }, { signal: end.signal }).then(
      (label) => setState({ label, error: null }),
      (error: unknown) => {
        if (!end.signal.aborted) setState({ label: null, error });
      },
    );
    return () => end.abort();
  }, [deviceId, isLive]);
  return state;
}

/** As an image the drawing runs no scripts, whatever is in it. */
function svgAddress(svg: string): string {
  return `data:image/svg+xml;utf8,${encodeURIComponent(svg)}`;
}

/** Prints the label alone: the style sheet hides the rest while `data-print` is set. */
function printLabel(): void {
  const { dataset } = document.documentElement;
  dataset['print'] = 'label';
  try {
    window.print();
  } finally {
    delete dataset['print'];
  }
}
