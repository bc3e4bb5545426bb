import { useTranslation } from 'react-i18next';
import { chipIds, chips } from '../../../shared/domain/chips';

/** What an image is called: those of the console in the page's language, all others as they were named. `id` as in the list of images. */
export function useImageName(): (id: string | null, name: string) => string {
  const { t } = useTranslation('bench');
  return (id, name) => {
    const chip = chipIds.find((each) => id === `bundled:${each}`);
    return chip === undefined ? name : t('images.bundledName', { chip: chips[chip].name });
  };
}
