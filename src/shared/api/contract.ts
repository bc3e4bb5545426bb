import { automationContract } from './automation';
import { brokerContract } from './broker';
import { calibrationContract } from './calibration';
import { controlContract } from './control';
import { commissioningContract } from './commissioning';
import { devicesContract } from './devices';
import { flashContract } from './flash';
import { journalContract } from './journal';
import { metricsContract } from './metrics';
import { operationsContract } from './operations';
import { plantContract } from './plant';
import { provisioningContract } from './provisioning';
import { stateContract } from './state-stream';
import { statusContract } from './status';
import { stopContract } from './stop';
import { telemetryContract } from './telemetry';
import { zonesContract } from './zones';

/** The console's whole API (shared/api.md): types, validation, three transports and the OpenAPI document come from here. */
export const contract = {
  console: statusContract,
  devices: devicesContract,
  operations: operationsContract,
  zones: zonesContract,
  telemetry: telemetryContract,
  calibration: calibrationContract,
  control: controlContract,
  stop: stopContract,
  automation: automationContract,
  broker: brokerContract,
  journal: journalContract,
  metrics: metricsContract,
  plant: plantContract,
  flash: flashContract,
  provisioning: provisioningContract,
  commissioning: commissioningContract,
  state: stateContract,
};
export type Contract = typeof contract;
