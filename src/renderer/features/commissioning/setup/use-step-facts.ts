import { useEffect, useState } from 'react';
import type { PortList } from '../../../../shared/api/flash';
import type { BrokerProposal } from '../../../../shared/api/provisioning';
import { api } from '../../../connection/client';
import { useConnection } from '../../../connection/connection-store';
import { usePlant } from '../../../connection/plant-store';
import { useZones } from '../../../plant/use-zones';
import { isPortUsable } from '../port-list-rules';
import type { StepFacts } from './setup-request-rules';
import { useSetupWizard } from './setup-wizard-store';

/** What the steps are judged by, as it is now. */
export function useStepFacts(list: PortList): StepFacts {
  const look = useSetupWizard((store) => store.wizard.look);
  const devices = usePlant((plant) => plant.devices);
  const zones = useZones();
  const proposal = useBrokerProposal();
  const usablePorts = list.ports.filter((port) => isPortUsable({ port, isGone: false })).map(({ path }) => path);
  return { look, devices, zones, proposal, usablePorts };
}

/** The proposal of the console for the broker; asked anew over every connection, since the console may have been started otherwise. */
function useBrokerProposal(): BrokerProposal | null {
  const [proposal, setProposal] = useState<BrokerProposal | null>(null);
  const send = useSetupWizard((store) => store.send);
  const isLive = useConnection(({ state }) => state === 'live');
  useEffect(() => {
    if (!isLive) return undefined;
    const end = new AbortController();
    void ask(end.signal).then((answer) => {
      if (answer === null || end.signal.aborted) return;
      setProposal(answer);
      send({ type: 'proposed', proposal: answer });
    });
    return () => end.abort();
  }, [isLive, send]);
  return proposal;
}

/** Null: no answer. The fields then stay empty and are typed. */
async function ask(signal: AbortSignal): Promise<BrokerProposal | null> {
  try {
    return await api.provisioning.broker(undefined, { signal });
  } catch {
    return null;
  }
}
