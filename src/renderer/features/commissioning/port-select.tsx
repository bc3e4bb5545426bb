import { useTranslation } from 'react-i18next';
import type { SerialPortView } from '../../../shared/api/flash';
import { SelectField } from '../../ui/field';
import { useCommissioning } from './commissioning-store';

const none: readonly SerialPortView[] = [];

/** The ports that are plugged in, in the order of the console's list. */
export function usePresentPorts(): readonly SerialPortView[] {
  const ports = useCommissioning(({ event }) => event?.ports.ports ?? none);
  return ports.filter(({ isPresent }) => isPresent);
}

/** The port to work with: the chosen one while it is there, else the first free one; null when nothing is plugged in. */
export function portToUse(ports: readonly SerialPortView[], chosen: string | null): SerialPortView | null {
  return ports.find(({ path }) => path === chosen) ?? ports.find(({ use }) => use === 'free') ?? ports[0] ?? null;
}

export type PortSelectProps = {
  readonly port: SerialPortView | null;
  readonly onChange: (path: string) => void;
  readonly isDisabled?: boolean;
};

/** One of the ports that are plugged in, with what uses it now. */
export function PortSelect({ port, onChange, isDisabled = false }: PortSelectProps) {
  const { t } = useTranslation('bench');
  const ports = usePresentPorts();
  const options = ports.map(({ path, name, use }) => ({
    value: path,
    label:
      use === 'free'
        ? `${name} · ${path}`
        : t('port.inUse', { port: `${name} · ${path}`, use: t(`port.use.${use}`, { ns: 'commissioning' }) }),
  }));
  return (
    <SelectField
      label={t('port.label')}
      value={port?.path ?? ''}
      onChange={onChange}
      options={options.length === 0 ? [{ value: '', label: t('port.none') }] : options}
      isDisabled={isDisabled || options.length === 0}
    />
  );
}
