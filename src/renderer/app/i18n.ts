import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import benchDe from '../../../resources/locales/de/bench.json';
import codesDe from '../../../resources/locales/de/codes.json';
import commandsDe from '../../../resources/locales/de/commands.json';
import commissioningDe from '../../../resources/locales/de/commissioning.json';
import commonDe from '../../../resources/locales/de/common.json';
import devicesDe from '../../../resources/locales/de/devices.json';
import errorDe from '../../../resources/locales/de/error.json';
import journalDe from '../../../resources/locales/de/journal.json';
import plantDe from '../../../resources/locales/de/plant.json';
import settingsDe from '../../../resources/locales/de/settings.json';
import stopDe from '../../../resources/locales/de/stop.json';
import zoneDe from '../../../resources/locales/de/zone.json';
import bench from '../../../resources/locales/en/bench.json';
import codes from '../../../resources/locales/en/codes.json';
import commands from '../../../resources/locales/en/commands.json';
import commissioning from '../../../resources/locales/en/commissioning.json';
import common from '../../../resources/locales/en/common.json';
import devices from '../../../resources/locales/en/devices.json';
import error from '../../../resources/locales/en/error.json';
import journal from '../../../resources/locales/en/journal.json';
import plant from '../../../resources/locales/en/plant.json';
import settings from '../../../resources/locales/en/settings.json';
import stop from '../../../resources/locales/en/stop.json';
import zone from '../../../resources/locales/en/zone.json';
import { usePreferences, type Language } from './preferences';

/*
 * Texts: one namespace per feature, one file per namespace and language, all bundled. The English files give the types of the keys.
 * To add a namespace: two imports and one entry in each table here.
 */
const en = { common, plant, zone, settings, error, devices, stop, journal, commands, codes, commissioning, bench };
const de = {
  common: commonDe,
  plant: plantDe,
  zone: zoneDe,
  settings: settingsDe,
  error: errorDe,
  devices: devicesDe,
  stop: stopDe,
  journal: journalDe,
  commands: commandsDe,
  codes: codesDe,
  commissioning: commissioningDe,
  bench: benchDe,
};

declare module 'i18next' {
  // i18next reads its types from this interface.
  interface CustomTypeOptions {
    defaultNS: 'common';
    resources: typeof en;
  }
}

/** The language to speak: the chosen one, else the first of the system's languages that we have, else English. */
export function chooseLanguage(chosen: Language, systemLanguages: readonly string[]): 'en' | 'de' {
  if (chosen !== 'system') return chosen;
  const known = systemLanguages.map((tag) => tag.slice(0, 2).toLowerCase()).find((tag) => tag === 'en' || tag === 'de');
  return known === 'de' ? 'de' : 'en';
}

/** Loads the texts and follows the language preference. Call once, before the first render. */
export async function startI18n(): Promise<void> {
  const wanted = () => chooseLanguage(usePreferences.getState().language, navigator.languages);
  i18next.on('languageChanged', (language) => {
    document.documentElement.lang = language;
  });
  await i18next.use(initReactI18next).init({
    resources: { en, de },
    lng: wanted(),
    fallbackLng: 'en',
    defaultNS: 'common',
    interpolation: { escapeValue: false },
  });
  usePreferences.subscribe(() => {
    if (i18next.language !== wanted()) void i18next.changeLanguage(wanted());
  });
}
