import { useTranslation } from 'react-i18next';

/** Kinds that the console writes. To add one: one line here, its name in resources/locales (journal: `kind.<kind with _>`). */
export const knownKinds = [
  'bench.started',
  'bench.stopped',
  'broker.breaker_closed',
  'broker.breaker_open',
  'broker.offline',
  'broker.online',
  'calibration.applied',
  'calibration.removed',
  'certificate.issued',
  'command.applied',
  'command.conflict',
  'command.expired',
  'command.failed',
  'command.refused',
  'command.rejected',
  'command.sent',
  'command.unconfirmed',
  'config.confirmed',
  'config.failed',
  'config.requested',
  'config.timeout',
  'console.error_rate_high',
  'console.error_rate_normal',
  'demo.brown_out',
  'demo.failed',
  'demo.faults',
  'demo.removed',
  'device.alert',
  'device.approved',
  'device.changed',
  'device.discovered',
  'device.discovery_limited',
  'device.error',
  'device.events_held_back',
  'device.lifecycle',
  'device.offline',
  'device.online',
  'device.rediscovered',
  'device.rejected',
  'device.removed',
  'device.replaced',
  'device.retired_seen',
  'drill.confirmed',
  'drill.missed',
  'drill.started',
  'drill.stopped',
  'flash.backup',
  'flash.cancelled',
  'flash.done',
  'flash.failed',
  'flash.started',
  'image.added',
  'image.removed',
  'provisioning.done',
  'provisioning.failed',
  'setup.done',
  'setup.failed',
  'stop.cleared',
  'stop.confirmed',
  'stop.device_cleared',
  'stop.engaged',
  'stop.refused',
  'stop.token_forgotten',
  'stop.token_stored',
  'stop.unconfirmed',
  'subzone.confirmed',
  'subzone.failed',
  'subzone.forgotten',
  'subzone.moved',
  'subzone.requested',
  'subzone.sent',
  'subzone.timeout',
  'zone.changed',
  'zone.confirmed',
  'zone.created',
  'zone.failed',
  'zone.removed',
  'zone.reported',
  'zone.requested',
  'zone.resync',
  'zone.timeout',
] as const;
type KnownKind = (typeof knownKinds)[number];
type KindKey<K extends string> = K extends `${infer Room}.${infer Event}` ? `kind.${Room}_${Event}` : never;

/** A kind in words; the raw kind where it is not known. */
export function useKindName(): (kind: string) => string {
  const { t } = useTranslation('journal');
  return (kind) => {
    const known = knownKinds.find((each) => each === kind);
    return known ? t(keyOf(known)) : kind;
  };
}

function keyOf(kind: KnownKind): KindKey<KnownKind> {
  return `kind.${kind.replace('.', '_')}` as KindKey<KnownKind>;
}
