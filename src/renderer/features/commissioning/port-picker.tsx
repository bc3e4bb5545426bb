import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SerialPortView } from '../../../shared/api/flash';
import { ChoiceList } from './choice-list';
import { arrangePorts, isPortUsable, type PortRow } from './port-list-rules';

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
  const choices = useArrangedPorts(ports).map((row) => ({
    value: row.port.path,
    title: row.port.name,
    text: <PortFacts row={row} />,
    aside: row.isGone ? t('port.gone') : row.port.isPresent ? t(`port.use.${row.port.use}`) : t('port.absent'),
    isDisabled: !isPortUsable(row),
  }));
  return (
    <ChoiceList label={t('port.choose')} choices={choices} value={value} onChange={onChange} isDisabled={isDisabled} />
  );
}

function PortFacts({ row: { port } }: { readonly row: PortRow }) {
  const { t } = useTranslation('commissioning');
  return (
    <>
      {port.path}
      {port.isNativeUsb && <> · {t('port.native')}</>}
      {port.source === 'option' && <> · {t('port.option')}</>}
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
