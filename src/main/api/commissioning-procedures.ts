import { implement } from '@orpc/server';
import { contract } from '../../shared/api/contract';
import type { ApiContext } from './context';
import type { Rooms } from './rooms';
import { unwrap, unwrapJob } from './unwrap';

const os = implement(contract).$context<ApiContext>();

/** Ports, images, flash jobs and the serial monitor. */
export function flashProcedures({ flash }: Rooms) {
  const { flash: procedures } = os;
  return {
    ports: procedures.ports.handler(() => flash.ports.list()),
    images: procedures.images.handler(async () => [...(await flash.images.list())]),
    addImage: procedures.addImage.handler(async ({ input: { dataBase64, ...piece }, context }) =>
      unwrap(await flash.images.add({ ...piece, data: Buffer.from(dataBase64, 'base64') }, context.actor)),
    ),
    removeImage: procedures.removeImage.handler(async ({ input, context }) =>
      unwrap(await flash.images.remove(input.id, context.actor)),
    ),
    inspect: procedures.inspect.handler(async ({ input }) =>
      unwrapJob(await flash.flashing.inspect(input.port, input.imageId)),
    ),
    start: procedures.start.handler(async ({ input: { imageId, path, ...rest }, context }) =>
      unwrap(
        await flash.flashing.start(
          { ...rest, ...(imageId !== undefined && { imageId }), ...(path !== undefined && { path }) },
          context.actor,
        ),
      ),
    ),
    backup: procedures.backup.handler(async ({ input, context }) =>
      unwrap(await flash.flashing.backup(input.port, context.actor)),
    ),
    jobs: procedures.jobs.handler(() => [...flash.flashing.jobs()]),
    job: procedures.job.handler(({ input }) => unwrap(flash.flashing.job(input.id))),
    cancel: procedures.cancel.handler(async ({ input }) => unwrap(await flash.flashing.cancel(input.id))),
    monitor: procedures.monitor.handler(async function* ({ input, signal }) {
      yield* flash.monitor(input.port, input.baud ?? MONITOR_BAUD, signal);
    }),
  };
}

/** Speed at which our firmware and the chips' own loader write their log. */
const MONITOR_BAUD = 115_200;

/** What a flashed device is told. */
export function provisioningProcedures({ provisioning }: Rooms) {
  const { provisioning: procedures } = os;
  return {
    broker: procedures.broker.handler(() => provisioning.proposal()),
    scan: procedures.scan.handler(async ({ input }) => unwrapJob(await provisioning.scan(input.port))),
    start: procedures.start.handler(({ input: { port, ...settings }, context }) =>
      unwrap(provisioning.start(port, settings, context.actor)),
    ),
    jobs: procedures.jobs.handler(() => [...provisioning.jobs()]),
    job: procedures.job.handler(({ input }) => unwrap(provisioning.job(input.id))),
    cancel: procedures.cancel.handler(async ({ input }) => unwrap(await provisioning.cancel(input.id))),
  };
}

/** Setups, the bench line, certificates and labels. */
export function commissioningProcedures({ commissioning }: Rooms) {
  const { commissioning: procedures } = os;
  return {
    live: procedures.live.handler(async function* ({ context, signal }) {
      yield* commissioning.live(context.isCongested, signal);
    }),
    start: procedures.start.handler(async ({ input, context }) =>
      unwrap(await commissioning.setups.start(input, context.actor)),
    ),
    list: procedures.list.handler(() => [...commissioning.setups.list()]),
    get: procedures.get.handler(({ input }) => unwrap(commissioning.setups.get(input.id))),
    cancel: procedures.cancel.handler(async ({ input }) => unwrap(await commissioning.setups.cancel(input.id))),
    retry: procedures.retry.handler(async ({ input, context }) =>
      unwrap(await commissioning.setups.retry(input.id, context.actor)),
    ),
    bench: procedures.bench.handler(() => commissioning.bench.view()),
    setTemplate: procedures.setTemplate.handler(({ input, context }) =>
      unwrap(commissioning.bench.setTemplate(input, context.actor)),
    ),
    setQueue: procedures.setQueue.handler(({ input, context }) =>
      unwrap(commissioning.bench.setQueue(input.queue, context.actor)),
    ),
    startBench: procedures.startBench.handler(({ input, context }) =>
      unwrap(commissioning.bench.start(input.ports, context.actor)),
    ),
    stopBench: procedures.stopBench.handler(({ context }) => unwrap(commissioning.bench.stop(context.actor))),
    retryLane: procedures.retryLane.handler(async ({ input, context }) =>
      unwrap(await commissioning.bench.retry(input.port, context.actor)),
    ),
    certificates: procedures.certificates.handler(({ input }) => commissioning.certificates.page(input)),
    exportCertificates: procedures.exportCertificates.handler(({ input }) =>
      commissioning.certificates.export(input.format, input.since),
    ),
    label: procedures.label.handler(async ({ input }) =>
      unwrap(await commissioning.certificates.label(input.deviceId)),
    ),
    labels: procedures.labels.handler(({ input }) => commissioning.certificates.labelSheet(input.since)),
  };
}
