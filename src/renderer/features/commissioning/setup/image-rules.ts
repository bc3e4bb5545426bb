import type { FlashImage, Inspection } from '../../../../shared/api/flash';

/** Images that can be written to a chip: the one that came with the console, and the others that are whole. */
export function imagesFor(
  chipId: Inspection['chipId'],
  images: readonly FlashImage[] | null,
): { readonly bundled: FlashImage | undefined; readonly others: readonly FlashImage[] } {
  const all = images ?? [];
  return {
    bundled: all.find(({ kind, chip }) => kind === 'bundled' && chip === chipId),
    // A backup has no name of its own chip only when it was made by hand; the console checks it before it erases.
    others: all.filter(
      ({ kind, chip, problem }) => kind !== 'bundled' && problem === null && (chip === null || chip === chipId),
    ),
  };
}

/** Whether the board runs a firmware that answers questions about its network: the one that this console brings. */
export function runsOurFirmware(
  inspection: Pick<Inspection, 'firmware'>,
  images: readonly FlashImage[] | null,
): boolean {
  const { firmware } = inspection;
  if (firmware === null) return false;
  return (images ?? []).some(({ kind, firmware: bundled }) => kind === 'bundled' && bundled?.name === firmware.name);
}
