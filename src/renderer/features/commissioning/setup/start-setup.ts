import { api } from '../../../connection/client';
import { chosenZoneId } from '../../../plant/zone-calls';
import type { SetupDraft } from './setup-draft';
import { setupRequest } from './setup-request-rules';
import { useSetupWizard } from './setup-wizard-store';

/** Creates the zone where a new one was named, starts the setup, and shows it. Throws what the console refuses with. */
export async function startSetup(draft: SetupDraft): Promise<void> {
  const { send } = useSetupWizard.getState();
  const needsZone = draft.replaces === null && !draft.isFlashOnly;
  const zoneId = needsZone ? await chosenZoneId(draft.zone) : null;
  // It exists now: a second try must not create it again.
  if (zoneId !== null) send({ type: 'edit', change: { zone: { kind: 'zone', zoneId } } });
  send({ type: 'show', job: await api.commissioning.start(setupRequest(draft, zoneId)) });
}

/** The same setup once more; shows the new one. */
export async function retrySetup(id: string): Promise<void> {
  useSetupWizard.getState().send({ type: 'show', job: await api.commissioning.retry({ id }) });
}
