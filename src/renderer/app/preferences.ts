import { create } from 'zustand';

/** How this screen looks and speaks; kept in this browser profile, not in the console. */
export type Theme = 'system' | 'dark' | 'light';
export type Density = 'normal' | 'glove';
export type Language = 'system' | 'en' | 'de';
export type Preferences = { readonly theme: Theme; readonly density: Density; readonly language: Language };

const storageKey = 'leitstand.preferences';
const defaults: Preferences = { theme: 'system', density: 'normal', language: 'system' };
const choices: { readonly [name in keyof Preferences]: readonly Preferences[name][] } = {
  theme: ['system', 'dark', 'light'],
  density: ['normal', 'glove'],
  language: ['system', 'en', 'de'],
};

/** Reads stored preferences; whatever is missing, unknown or broken becomes the default. */
export function parsePreferences(text: string | null): Preferences {
  let stored: Partial<Record<keyof Preferences, unknown>> = {};
  try {
    stored = (JSON.parse(text ?? '{}') ?? {}) as typeof stored;
  } catch {
    return defaults;
  }
  const choose = <K extends keyof Preferences>(name: K): Preferences[K] =>
    choices[name].find((choice) => choice === stored[name]) ?? defaults[name];
  return { theme: choose('theme'), density: choose('density'), language: choose('language') };
}

type PreferencesStore = Preferences & { readonly set: (change: Partial<Preferences>) => void };

export const usePreferences = create<PreferencesStore>((set, get) => ({
  ...defaults,
  set: (change) => {
    set(change);
    const { theme, density, language } = get();
    localStorage.setItem(storageKey, JSON.stringify({ theme, density, language }));
  },
}));

/** Loads the stored preferences and keeps the document's theme and density in step with them. Call once, before the first render. */
export function startPreferences(): void {
  usePreferences.setState(parsePreferences(localStorage.getItem(storageKey)));
  const prefersLight = matchMedia('(prefers-color-scheme: light)');
  const apply = () => {
    const { theme, density } = usePreferences.getState();
    const { dataset } = document.documentElement;
    dataset['theme'] = theme === 'system' ? (prefersLight.matches ? 'light' : 'dark') : theme;
    dataset['density'] = density;
  };
  prefersLight.addEventListener('change', apply);
  usePreferences.subscribe(apply);
  apply();
}
