import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FlashImage, Inspection } from '../../../../shared/api/flash';
import { api } from '../../../connection/client';
import { useConnection } from '../../../connection/connection-store';
import { formatBytes } from '../../../ui/format-bytes';
import { ChoiceList, type Choice } from '../choice-list';
import { imagesFor } from './image-rules';
import { plannedChange } from './setup-progress-rules';
import type { StepProps } from './step-props';
import css from './steps.module.css';

/** Stands for `null` (do not flash) in the list. */
const KEEP = 'keep';

export type ImageChoiceProps = StepProps & {
  readonly inspection: Inspection;
  /** What was found belongs to the chosen image. */
  readonly isCompared: boolean;
};

/** What is written: the image of this console, another one for this chip, or nothing. */
export function ImageChoice({ draft, edit, inspection, isCompared }: ImageChoiceProps) {
  const { t } = useTranslation('commissioning');
  const images = useImages();
  const { bundled, others } = imagesFor(inspection.chipId, images);
  const change = useChangeText(inspection, isCompared);
  const version = (image: FlashImage) =>
    image.firmware ? t('setup.look.version', { version: image.firmware.version }) : formatBytes(image.sizeBytes);
  const choices: Choice<string>[] = [
    {
      value: 'auto',
      title: bundled ? t('setup.look.bundled') : t('setup.look.noBundled', { chip: inspection.chip }),
      text: bundled && version(bundled),
      isDisabled: images !== null && !bundled,
    },
    ...others.map((image) => ({
      value: image.id,
      title: image.name,
      text: `${t(`setup.look.kind.${image.kind}`)} · ${version(image)}`,
    })),
    { value: KEEP, title: t('setup.look.keep'), text: t('setup.look.keepText') },
  ].map((choice) => ({ ...choice, aside: choice.value === (draft.imageId ?? KEEP) ? change : undefined }));
  return (
    <div className={css['choices']}>
      <h3>{t('setup.look.what')}</h3>
      <ChoiceList
        label={t('setup.look.what')}
        choices={choices}
        value={draft.imageId ?? KEEP}
        onChange={(value) => edit({ imageId: value === KEEP ? null : value })}
      />
    </div>
  );
}

/** What flashing would change on this board, beside the chosen image. */
function useChangeText(inspection: Inspection, isCompared: boolean): string | undefined {
  const { t } = useTranslation('commissioning');
  if (!isCompared || inspection.parts.length === 0) return undefined;
  const { isSame, changedBytes, totalBytes } = plannedChange(inspection.parts);
  if (isSame) return t('setup.look.same');
  return t('setup.look.changes', { changed: formatBytes(changedBytes), total: formatBytes(totalBytes) });
}

/** The images that the console has; null until it has told. */
export function useImages(): readonly FlashImage[] | null {
  const [images, setImages] = useState<readonly FlashImage[] | null>(null);
  const isLive = useConnection(({ state }) => state === 'live');
  useEffect(() => {
    if (!isLive) return undefined;
    const end = new AbortController();
    api.flash.images(undefined, { signal: end.signal }).then(
      (answer) => setImages(answer),
      // The image of the console can be chosen all the same; the setup says what is wrong.
      () => undefined,
    );
    return () => end.abort();
  }, [isLive]);
  return images;
}
