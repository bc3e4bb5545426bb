import { useRef, useState } from 'react';
import type { ActuatorView, commandNames } from '../../shared/api/control';
import { api } from '../connection/client';

export type SwitchCommand = {
  readonly command: (typeof commandNames)[number];
  readonly value?: number;
  readonly durationS?: number;
};

/**
 * Sends commands to one actuator, none kept for later. `error` is what the last one met. Keys are not disabled while one is under way: a
 * key that is disabled loses the focus, and Off must not wait for On. Only the same command again is ignored until then.
 */
export function useSwitching({ deviceId, gpio }: Pick<ActuatorView, 'deviceId' | 'gpio'>) {
  const underWay = useRef(new Set<string>());
  const [error, setError] = useState<unknown>(null);
  const send = async (command: SwitchCommand) => {
    const key = JSON.stringify(command);
    if (underWay.current.has(key)) return;
    underWay.current.add(key);
    setError(null);
    try {
      await api.control.command({ id: deviceId, gpio, ...command });
    } catch (thrown) {
      setError(thrown);
    } finally {
      underWay.current.delete(key);
    }
  };
  return { error, send: (command: SwitchCommand) => void send(command) };
}
