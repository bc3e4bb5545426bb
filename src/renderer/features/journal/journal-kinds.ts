import { useTranslation } from 'react-i18next';

/** Kinds that the console writes. To add one: one line here, its name in resources/locales (journal: `kind.<kind with _>`). */
export const knownKinds = [
  'broker.offline',
  'broker.online',
  'command.applied',
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
  'demo.removed',
  'device.alert',
  'device.approved',
  'device.changed',
  'device.discovered',
  'device.error',
  'device.offline',
  'device.online',
  'device.rejected',
  'device.removed',
  'stop.cleared',
  'stop.confirmed',
  'stop.device_cleared',
  'stop.engaged',
  'stop.refused',
  'stop.unconfirmed',
  'zone.changed',
  'zone.confirmed',
  'zone.created',
  'zone.failed',
  'zone.removed',
  'zone.requested',
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
