import { create } from 'zustand';
import { firstWizardState, nextWizard, type WizardEvent, type WizardState } from './setup-wizard-state';

type WizardStore = { readonly wizard: WizardState; readonly send: (event: WizardEvent) => void };

/** The wizard of this page. It outlives the screen, so that a look at another page loses nothing; passwords are never stored. */
export const useSetupWizard = create<WizardStore>((set) => ({
  wizard: firstWizardState,
  send: (event) => set(({ wizard }) => ({ wizard: nextWizard(wizard, event) })),
}));
