import { useEffect } from 'react';
import type { Inspection } from '../../../../shared/api/flash';
import { api } from '../../../connection/client';
import { useConnection } from '../../../connection/connection-store';
import { failureOf } from '../../../ui/failure';
import { jobErrorIn } from '../job-error-rules';
import type { Look } from './setup-wizard-state';
import { useSetupWizard } from './setup-wizard-store';

/** Looks at the board on the chosen port, once for each image that is chosen. The answer looks again. */
export function useLook(): () => void {
  const port = useSetupWizard((store) => store.wizard.draft.port);
  const imageId = useSetupWizard((store) => store.wizard.draft.imageId);
  const look = useSetupWizard((store) => store.wizard.look);
  const isLive = useConnection(({ state }) => state === 'live');
  const isAsked = look.name !== 'none' && look.port === port && look.imageId === imageId;
  useEffect(() => {
    if (isLive && port !== null && !isAsked) void lookAt(port, imageId, foundBefore(look, port));
  }, [isLive, port, imageId, isAsked, look]);
  return () => {
    if (port !== null) void lookAt(port, imageId, foundBefore(look, port));
  };
}

/** What is known of the board on this port already. */
export function foundBefore(look: Look, port: string | null): Inspection | null {
  if (look.name === 'none' || look.port !== port) return null;
  if (look.name === 'found') return look.inspection;
  return look.name === 'working' ? look.before : null;
}

/** The result goes to the wizard, whether its page is still open or not. */
async function lookAt(port: string, imageId: string | null, before: Inspection | null): Promise<void> {
  const { send } = useSetupWizard.getState();
  send({ type: 'look', look: { name: 'working', port, imageId, before } });
  try {
    const inspection = await inspect(port, imageId);
    send({ type: 'look', look: { name: 'found', port, imageId, inspection } });
  } catch (error) {
    send({ type: 'look', look: { name: 'failed', port, imageId, error } });
  }
}

/** A chip for which the console brings no image can be looked at all the same. */
async function inspect(port: string, imageId: string | null): Promise<Inspection> {
  if (imageId === null) return api.flash.inspect({ port });
  try {
    return await api.flash.inspect({ port, imageId });
  } catch (error) {
    const { message, details } = failureOf(error);
    if (imageId !== 'auto' || jobErrorIn(message, details)?.code !== 'image_missing') throw error;
    return api.flash.inspect({ port });
  }
}
