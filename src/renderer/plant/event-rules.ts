import type { Priority } from '../ui/priority';

/** How urgent an entry of the journal was when it was written; everything else is quiet. */
const priorities: Readonly<Record<string, Priority>> = {
  'broker.offline': 'urgent',
  'stop.engaged': 'urgent',
  'stop.unconfirmed': 'urgent',
  'device.offline': 'high',
  'device.alert': 'high',
  'device.error': 'high',
  'command.failed': 'high',
  'command.rejected': 'high',
  'command.expired': 'high',
  'command.unconfirmed': 'high',
  'broker.breaker_open': 'high',
  'console.error_rate_high': 'high',
  'command.conflict': 'high',
  'drill.missed': 'high',
  'drill.stopped': 'urgent',
  'stop.refused': 'urgent',
  'subzone.failed': 'low',
  'subzone.timeout': 'low',
  'zone.failed': 'low',
  'zone.timeout': 'low',
  'config.failed': 'low',
  'config.timeout': 'low',
  'device.discovered': 'low',
  'device.retired_seen': 'low',
};

export function eventPriority(kind: string): Priority {
  return priorities[kind] ?? 'none';
}
