import { useState } from 'react';
import type { ActuatorView, CommandView } from '../../shared/api/control';
import { api } from '../connection/client';

export type SwitchCommand = Pick<CommandView, 'command'> & { readonly value?: number; readonly durationS?: number };

/** Sends commands to one actuator: one at a time, none kept for later. `error` is what the last one met. */
export function useSwitching({ deviceId, gpio }: Pick<ActuatorView, 'deviceId' | 'gpio'>) {
  const [isSending, setIsSending] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const send = async (command: SwitchCommand) => {
    setIsSending(true);
    setError(null);
    try {
      await api.control.command({ id: deviceId, gpio, ...command });
    } catch (thrown) {
      setError(thrown);
    } finally {
      setIsSending(false);
    }
  };
  return { isSending, error, send: (command: SwitchCommand) => void send(command) };
}
