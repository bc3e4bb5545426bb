import type { CommandInput } from '../../../../src/main/control/control-service';
import type { CommandView } from '../../../../src/shared/api/control';
import type { DeviceId } from '../../../../src/shared/domain/ids';
import { actuatorResponse } from '../../../../src/shared/wire/messages/actuator-response';
import { intentOutcome } from '../../../../src/shared/wire/messages/intent-outcome';
import { A, OPERATOR, found, type Core } from '../devices/core-bench';

export const PIN = 18;
export const on: CommandInput = { command: 'ON' };

/** Sends a command that is accepted and returns it. */
export function command(core: Core, input: CommandInput = on, id = A): CommandView {
  const result = core.control.command(id, PIN, input, OPERATOR);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}
export const refusal = (core: Core, input: CommandInput = on, id = A) => {
  const result = core.control.command(id, PIN, input, OPERATOR);
  return result.ok ? 'accepted' : result.error.code;
};
export const get = (core: Core, id: string): CommandView => {
  const result = core.control.get(id);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
};
export const respond = (
  core: Core,
  id: string | undefined,
  fields: Record<string, unknown> = {},
  { from = A, gpio = PIN } = {},
) =>
  core.control.responded(
    from,
    gpio,
    actuatorResponse.schema.parse({ correlation_id: id, success: true, message: 'Command executed', ...fields }),
  );
export const outcome = (
  core: Core,
  id: string,
  word: string,
  { from = A, ...more }: { from?: DeviceId; code?: string; reason?: string; flow?: string; retryable?: boolean } = {},
) =>
  core.control.outcome(
    from,
    intentOutcome.schema.parse({ flow: 'command', correlation_id: id, outcome: word, ...more }),
  );
export const sentCommands = (core: Core) => core.connection.to('/command');
export const warnings = (core: Core, id: DeviceId) =>
  [...found(core.registry.get(id)).warnings.values()].map(({ code, count, raw }) => [code, count, raw]);
export const events = ({ history }: CommandView) => history.map(({ event, late }) => (late ? `${event} late` : event));
