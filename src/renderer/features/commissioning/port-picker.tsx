import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SerialPortView } from '../../../shared/api/flash';
import { arrangePorts, isPortUsable, type PortRow } from './port-list-rules';
import css from './port-picker.module.css';

export type PortPickerProps = {
  readonly ports: readonly SerialPortView[];
  /** The path of the chosen one. */
  readonly value: string | null;
  readonly onChange: (path: string) => void;
  readonly isDisabled?: boolean;
};

/** The ports as big rows, one of which is chosen. A port that goes away keeps its row; one that comes is added at the end. */
export function PortPicker({ ports, value, onChange, isDisabled = false }: PortPickerProps) {
  const { t } = useTranslation('commissioning');
  const name = useId();
  const rows = useArrangedPorts(ports);
  return (
    <fieldset className={css['rows']}>
      <legend className="visuallyHidden">{t('port.choose')}</legend>
      {rows.map((row) => (
        <label key={row.port.path} className={css['row']} data-disabled={!isPortUsable(row) || undefined}>
          <input
            type="radio"
            name={name}
            checked={row.port.path === value}
            disabled={isDisabled || !isPortUsable(row)}
            onChange={() => onChange(row.port.path)}
          />
          <span className={css['dot']} aria-hidden />
          <PortText row={row} />
        </label>
      ))}
    </fieldset>
  );
}

function PortText({ row: { port, isGone } }: { readonly row: PortRow }) {
  const { t } = useTranslation('commissioning');
  const use = isGone ? t('port.gone') : port.isPresent ? t(`port.use.${port.use}`) : t('port.absent');
  return (
    <>
      <span className={css['name']}>
        <b>{port.name}</b>
        <small>
          {port.path}
          {port.isNativeUsb && <> · {t('port.native')}</>}
          {port.source === 'option' && <> · {t('port.option')}</>}
        </small>
      </span>
      <span className={css['use']}>{use}</span>
    </>
  );
}

/** Keeps the order of what was shown. State that follows a property is set while rendering, as React advises. */
function useArrangedPorts(ports: readonly SerialPortView[]): readonly PortRow[] {
  const [seen, setSeen] = useState(() => ({ ports, rows: arrangePorts([], ports) }));
  if (seen.ports === ports) return seen.rows;
  const next = { ports, rows: arrangePorts(seen.rows, ports) };
  setSeen(next);
  return next.rows;
}
