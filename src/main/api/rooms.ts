import type { DeviceFaults, SimulatedDevice } from '../../shared/api/plant';
import type { StatusView } from '../../shared/api/status';
import type { DeviceId } from '../../shared/domain/ids';
import type { Result } from '../../shared/domain/result';
import type { Clock } from '../clock';
import type { BrokerApi } from '../broker/broker-api';
import type { Actuators } from '../control/actuators';
import type { Calibrations } from '../calibration/calibrations';
import type { ControlService } from '../control/control-service';
import type { DeviceConfiguration } from '../devices/configuration';
import type { DeviceRegistry } from '../devices/device-registry';
import type { ForeignDevices } from '../devices/foreign-devices';
import type { DeviceService } from '../devices/device-service';
import type { Journal } from '../journal/journal';
import type { Metrics } from '../metrics/metrics';
import type { Operations } from '../operations/operations';
import type { Drills } from '../stop/drills';
import type { StopService } from '../stop/stop-service';
import type { StopTokens } from '../stop/stop-tokens';
import type { SampleQuery, SamplePage } from '../telemetry/samples';
import type { Series } from '../telemetry/series';
import type { SeriesRegistry } from '../telemetry/series-registry';
import type { TelemetryService } from '../telemetry/telemetry-service';
import type { Subzones } from '../zones/subzones';
import type { ZoneAssignment } from '../zones/zone-assignment';
import type { Zones } from '../zones/zones';
import type { StateHub } from './state-hub';

/** The demo plant as the API switches it. */
export type DemoSwitch = {
  start(): Result<{ running: boolean }>;
  remove(): Promise<Result<{ removedDevices: number }>>;
  devices(): readonly SimulatedDevice[];
  setFaults(deviceId: DeviceId, faults: DeviceFaults, actor: string): Result<SimulatedDevice>;
  brownOut(deviceId: DeviceId, actor: string): Result<SimulatedDevice>;
};

/** What the API procedures call. console.ts fills it. */
export type Rooms = {
  readonly clock: Clock;
  readonly devices: DeviceService;
  readonly registry: DeviceRegistry;
  readonly configuration: DeviceConfiguration;
  readonly foreign: ForeignDevices;
  readonly zones: Zones;
  readonly subzones: Subzones;
  readonly assignment: ZoneAssignment;
  readonly operations: Operations;
  readonly telemetry: TelemetryService;
  readonly series: SeriesRegistry;
  readonly readSamples: (series: Series, query: SampleQuery) => Promise<SamplePage>;
  readonly calibrations: Calibrations;
  readonly control: ControlService;
  readonly actuators: Actuators;
  readonly stop: StopService;
  readonly drills: Drills;
  readonly tokens: StopTokens;
  readonly metrics: Metrics;
  readonly journal: Journal;
  readonly broker: BrokerApi;
  readonly demo: DemoSwitch;
  readonly hub: StateHub;
  readonly status: () => StatusView;
};
