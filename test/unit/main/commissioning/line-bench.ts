import { REENUMERATION_MS } from '../../../../src/main/commissioning/bench-state';
import type { BenchTemplate, BenchView } from '../../../../src/shared/api/commissioning';
import type { DeviceId, ZoneId } from '../../../../src/shared/domain/ids';
import type { Result } from '../../../../src/shared/domain/result';
import { jobError } from '../../../fakes/fake-flashing';
import { NEW, OPERATOR, TEMPLATE, openCommissioning, settle } from './commissioning-bench';

export const OTHER = '/dev/ttyUSB1';
export const FLASH_ONLY_TEMPLATE: BenchTemplate = { ...TEMPLATE, settings: null };

export function valueOf(result: Result<BenchView>): BenchView {
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

/** The bench line, and short ways to fill it and to bring a board to its end. */
export function openLine(opened = openCommissioning()) {
  const { bench, ports, flashing, provisioning, setups } = opened;
  const lanes = () => bench.view().lanes.map(({ port, state, passed, failed }) => [port, state, passed, failed]);
  const stateOf = (port: string) => bench.view().lanes.find((lane) => lane.port === port)?.state;
  const names = () => bench.view().queue.map(({ name }) => name);
  const setUp = (template: BenchTemplate = TEMPLATE) => valueOf(bench.setTemplate(template, OPERATOR));
  const start = (...list: string[]) => valueOf(bench.start(list, OPERATOR));
  const enqueue = (...list: (readonly [string, ZoneId | null])[]) =>
    valueOf(bench.setQueue(list.map(([name, zoneId]) => ({ name, zoneId })), OPERATOR)); // prettier-ignore
  /** A board comes to its end on a port. */
  const pass = async (port: string, deviceId: DeviceId = NEW) => {
    await settle();
    await flashing.reachChip(port);
    flashing.finish(port);
    await settle();
    if (bench.view().template?.settings) provisioning.finish(deviceId, port);
    await settle();
  };
  const fail = async (port: string) => {
    await settle();
    flashing.fail(port, jobError('no_answer'));
    await settle();
  };
  const away = (port: string) => {
    ports.unplug(port);
    opened.clock.advance(REENUMERATION_MS);
  };
  const lastName = () => setups.list()[0]?.name;
  return { ...opened, lanes, stateOf, names, setUp, start, enqueue, pass, fail, away, lastName };
}
