import { useTranslation } from 'react-i18next';
import settings from '../../../../resources/locales/en/settings.json';

type Known = keyof typeof settings.health.message;

/** A kind of message by its name in the catalogue, in words; one without words by that name. */
export function useMessageName(): (name: string) => string {
  const { t } = useTranslation('settings');
  return (name) => {
    const key = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_');
    return isKnown(key) ? t(`health.message.${key}`) : name;
  };
}

function isKnown(key: string): key is Known {
  return Object.hasOwn(settings.health.message, key);
}
