import { implement } from '@orpc/server';
import { contract } from '../../shared/api/contract';
import { deriveOfflineRules } from '../../shared/domain/offline-rule-derivation';
import { failure } from '../../shared/domain/result';
import { deviceView } from '../devices/device-record';
import { FRAME_MS, FrameBuilder } from '../telemetry/live-frames';
import { commissioningProcedures, flashProcedures, provisioningProcedures } from './commissioning-procedures';
import type { ApiContext } from './context';
import type { Rooms } from './rooms';
import { pause } from './state-hub';
import { unwrap } from './unwrap';
import { createViews } from './views';

const os = implement(contract).$context<ApiContext>();

/** The whole API over the rooms. A procedure calls its room and answers; it decides nothing. */
export function createRouter(rooms: Rooms) {
  return os.router({
    console: consoleProcedures(rooms),
    devices: deviceProcedures(rooms),
    operations: operationProcedures(rooms),
    zones: zoneProcedures(rooms),
    telemetry: telemetryProcedures(rooms),
    automation: {
      deriveOfflineRules: os.automation.deriveOfflineRules.handler(({ input }) => {
        const { rules, skipped, warning } = deriveOfflineRules(unwrap(rooms.registry.find(input.id)).id, input.rules);
        return { offlineRules: [...rules], skipped: [...skipped], warning };
      }),
    },
    calibration: calibrationProcedures(rooms),
    control: controlProcedures(rooms),
    stop: stopProcedures(rooms),
    broker: brokerProcedures(rooms),
    metrics: { get: os.metrics.get.handler(() => rooms.metrics.view()) },
    journal: { list: os.journal.list.handler(({ input }) => rooms.journal.page(input)) },
    plant: plantProcedures(rooms),
    flash: flashProcedures(rooms),
    provisioning: provisioningProcedures(rooms),
    commissioning: commissioningProcedures(rooms),
    state: stateProcedures(rooms),
  });
}
export type Router = ReturnType<typeof createRouter>;

function consoleProcedures({ status, demo }: Rooms) {
  return {
    status: os.console.status.handler(() => status()),
    startDemo: os.console.startDemo.handler(() => unwrap(demo.start())),
    removeDemo: os.console.removeDemo.handler(async () => unwrap(await demo.remove())),
  };
}

function operationProcedures({ operations }: Rooms) {
  const { operations: procedures } = os;
  return {
    get: procedures.get.handler(({ input }) => unwrap(operations.get(input.id))),
    outbox: procedures.outbox.handler(() => operations.outbox()),
    cancel: procedures.cancel.handler(({ input }) => unwrap(operations.cancel(input.id))),
  };
}

function deviceProcedures({ devices, registry, assignment, configuration, subzones, foreign }: Rooms) {
  const { devices: procedures } = os;
  return {
    list: procedures.list.handler(() => registry.all().map(deviceView)),
    get: procedures.get.handler(({ input }) => deviceView(unwrap(registry.find(input.id)))),
    approve: procedures.approve.handler(({ input, context }) => {
      const device = unwrap(devices.approve(input.id, input.name, context.actor));
      if (input.zoneId !== undefined) unwrap(assignment.assign(input.id, { zoneId: input.zoneId }, context.actor));
      return deviceView(device);
    }),
    reject: procedures.reject.handler(({ input, context }) =>
      deviceView(unwrap(devices.reject(input.id, input.reason, context.actor))),
    ),
    remove: procedures.remove.handler(({ input, context }) => unwrap(devices.remove(input.id, context.actor))),
    update: procedures.update.handler(({ input, context }) =>
      deviceView(unwrap(devices.update(input.id, input, context.actor))),
    ),
    assignZone: procedures.assignZone.handler(({ input, context }) =>
      started(unwrap(assignment.assign(input.id, input, context.actor))),
    ),
    removeZone: procedures.removeZone.handler(({ input, context }) =>
      started(unwrap(assignment.remove(input.id, context.actor))),
    ),
    assignSubzone: procedures.assignSubzone.handler(({ input: { id, subzoneId, ...input }, context }) =>
      started(unwrap(subzones.assign(id, { id: subzoneId, ...input }, context.actor))),
    ),
    removeSubzone: procedures.removeSubzone.handler(({ input, context }) =>
      started(unwrap(subzones.remove(input.id, input.subzoneId, context.actor))),
    ),
    subzoneSafe: procedures.subzoneSafe.handler(({ input, context }) =>
      started(unwrap(subzones.safe(input.id, input.subzoneId, input.enabled, context.actor))),
    ),
    foreign: procedures.foreign.handler(() => foreign.list()),
    configure: procedures.configure.handler(({ input: { id, ...sections }, context }) =>
      started(unwrap(configuration.push(id, sections, context.actor))),
    ),
  };
}

function started({ id, state }: { id: string; state: 'pending' | 'confirmed' | 'failed' | 'timeout' }) {
  return { operationId: id, state };
}

function zoneProcedures({ zones }: Rooms) {
  return {
    list: os.zones.list.handler(() => zones.list()),
    put: os.zones.put.handler(({ input, context }) => zones.put(input, context.actor)),
    remove: os.zones.remove.handler(({ input, context }) => unwrap(zones.remove(input.id, context.actor))),
  };
}

function telemetryProcedures({ telemetry, registry, series, readSamples, clock }: Rooms) {
  const { telemetry: procedures } = os;
  return {
    sensors: procedures.sensors.handler(({ input }) => telemetry.ofDevice(unwrap(registry.find(input.id)).id)),
    series: procedures.series.handler(({ input }) =>
      input.deviceId === undefined ? telemetry.all() : telemetry.ofDevice(input.deviceId),
    ),
    samples: procedures.samples.handler(({ input }) => {
      const found = series.get(input.id);
      return found ? readSamples(found, input) : unwrap(failure('not_found', `There is no series ${input.id}.`));
    }),
    live: procedures.live.handler(async function* ({ input, context, signal }) {
      const frames = new FrameBuilder(
        input.series,
        (id) => series.get(id),
        (one) => telemetry.isStale(one),
      );
      for (;;) {
        if (signal?.aborted) return;
        if (context.isCongested()) frames.holdBack();
        else {
          const frame = frames.next(clock.now());
          if (frame) yield frame;
        }
        await pause(clock, FRAME_MS, signal);
      }
    }),
  };
}

function calibrationProcedures({ calibrations }: Rooms) {
  const { calibration: procedures } = os;
  return {
    get: procedures.get.handler(({ input }) => calibrations.of(input.id) ?? null),
    apply: procedures.apply.handler(({ input, context }) =>
      unwrap(calibrations.apply(input.id, input.method, input.points, context.actor)),
    ),
    remove: procedures.remove.handler(({ input, context }) => unwrap(calibrations.remove(input.id, context.actor))),
  };
}

function controlProcedures({ control, actuators, registry }: Rooms) {
  const { control: procedures } = os;
  return {
    actuators: procedures.actuators.handler(({ input }) => actuators.ofDevice(unwrap(registry.find(input.id)).id)),
    command: procedures.command.handler(({ input, context }) => {
      const command = unwrap(control.command(input.id, input.gpio, input, context.actor));
      return { commandId: command.id, state: command.state };
    }),
    measure: procedures.measure.handler(({ input, context }) => {
      const command = unwrap(control.measure(input.id, input.gpio, context.actor));
      return { commandId: command.id, state: command.state };
    }),
    system: procedures.system.handler(({ input, context }) => {
      const command = unwrap(control.system(input.id, input, context.actor));
      return { commandId: command.id, state: command.state };
    }),
    commands: procedures.commands.handler(({ input }) => control.page(input, input.limit, input.cursor)),
    getCommand: procedures.getCommand.handler(({ input }) => unwrap(control.get(input.id))),
  };
}

function stopProcedures({ stop, drills, tokens }: Rooms) {
  return {
    drills: os.stop.drills.handler(() => drills.list()),
    drill: os.stop.drill.handler(({ input, context }) => unwrap(drills.start(input.scope, context.actor))),
    latencies: os.stop.latencies.handler(() => drills.latencies()),
    tokens: os.stop.tokens.handler(() => tokens.view()),
    setBroadcastToken: os.stop.setBroadcastToken.handler(({ input, context }) =>
      unwrap(tokens.setBroadcast(input.token, context.actor)),
    ),
    setDeviceToken: os.stop.setDeviceToken.handler(({ input, context }) =>
      unwrap(tokens.setDevice(input.deviceId, input.token, context.actor)),
    ),
    list: os.stop.list.handler(() => stop.list()),
    engage: os.stop.engage.handler(({ input, context }) =>
      unwrap(stop.engage(input.scope, input.reason ?? '', context.actor)),
    ),
    clear: os.stop.clear.handler(({ input, context }) => unwrap(stop.clear(input.id, context.actor))),
  };
}

function brokerProcedures({ broker }: Rooms) {
  return {
    get: os.broker.get.handler(() => broker.get()),
    accounts: os.broker.accounts.handler(() => broker.accounts()),
    createAccount: os.broker.createAccount.handler(async ({ input }) => unwrap(await broker.createAccount(input))),
    removeAccount: os.broker.removeAccount.handler(({ input }) => unwrap(broker.removeAccount(input.username))),
  };
}

function plantProcedures({ demo }: Rooms) {
  return {
    devices: os.plant.devices.handler(() => [...demo.devices()]),
    setFaults: os.plant.setFaults.handler(({ input: { id, ...faults }, context }) =>
      unwrap(demo.setFaults(id, faults, context.actor)),
    ),
    brownOut: os.plant.brownOut.handler(({ input, context }) => unwrap(demo.brownOut(input.id, context.actor))),
  };
}

function stateProcedures(rooms: Rooms) {
  const views = createViews(rooms);
  return {
    live: os.state.live.handler(async function* ({ context, signal }) {
      yield* rooms.metrics.counted(rooms.hub.subscribe(views, context.isCongested, signal));
    }),
  };
}
