import type { SystemCommandName } from '../../../shared/api/control';
import type { DeviceView } from '../../../shared/api/devices';

export type MaintenanceKey = {
  readonly command: SystemCommandName;
  readonly params?: Record<string, string | number | boolean>;
  /** It takes outputs or settings away, so it asks before it is sent. */
  readonly asksFirst: boolean;
};

/** How long a device blinks, s: long enough to walk through a hall. */
const IDENTIFY_S = 60;

const everywhere: readonly MaintenanceKey[] = [
  { command: 'status', asksFirst: false },
  { command: 'diagnostics', asksFirst: false },
  { command: 'onewire/scan', asksFirst: false },
  { command: 'safe_mode', asksFirst: true },
  { command: 'exit_safe_mode', asksFirst: true },
  { command: 'factory_reset', params: { confirm: true }, asksFirst: true },
];

/** What can be asked of a device; restart and blinking only of one that announces that it knows them. */
export function maintenanceKeys({ health: { capabilities = [] } }: Pick<DeviceView, 'health'>): MaintenanceKey[] {
  const keys = [...everywhere];
  if (capabilities.includes('reboot')) keys.splice(3, 0, { command: 'reboot', asksFirst: true });
  if (capabilities.includes('identify'))
    keys.splice(3, 0, { command: 'identify', params: { seconds: IDENTIFY_S }, asksFirst: false });
  return keys;
}

/** An answer as pairs of name and text, nested things as JSON. */
export function resultFacts(result: Readonly<Record<string, unknown>>): [name: string, value: string][] {
  return Object.entries(result).map(([name, value]) => [
    name.replaceAll('_', ' '),
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
}
