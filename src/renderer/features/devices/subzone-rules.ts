import type { DeviceView, SubzoneView } from '../../../shared/api/devices';

/** What is said of a subzone: waiting, confirmed, not confirmed; a removal on its way by its own words. */
export function subzoneStateKey({ state, isRemoving }: Pick<SubzoneView, 'state' | 'isRemoving'>) {
  if (isRemoving && state !== 'failed') return 'subzones.removing' as const;
  return `subzones.states.${state}` as const;
}

/** An id made of a name: lower case, umlauts written out, everything else an underscore; at most 32 characters. */
export function subzoneIdOf(name: string): string {
  return name
    .toLowerCase()
    .replaceAll('ä', 'ae')
    .replaceAll('ö', 'oe')
    .replaceAll('ü', 'ue')
    .replaceAll('ß', 'ss')
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
    .slice(0, 32);
}

/** Pins that can be put into a subzone: those of the configuration and of live values, without the bus pin 0. */
export function groupablePins(
  { config, subzones }: Pick<DeviceView, 'config' | 'subzones'>,
  livePins: readonly number[],
): number[] {
  const sections = [config.desired, config.confirmed].flatMap((each) => [
    ...(each?.sensors ?? []),
    ...(each?.actuators ?? []),
  ]);
  const pins = [...sections.map(({ gpio }) => gpio), ...livePins, ...subzones.flatMap(({ gpios }) => gpios)];
  return [...new Set(pins)].filter((gpio) => gpio > 0).sort((a, b) => a - b);
}

/** The other subzone that has a pin already. */
export function ownerOf(subzones: readonly SubzoneView[], gpio: number, exceptId: string | null): string | undefined {
  const owner = subzones.find(({ id, gpios }) => id !== exceptId && gpios.includes(gpio));
  return owner && (owner.name || owner.id);
}
