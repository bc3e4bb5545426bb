/** What tests put into a plant by way of the API, where it is not the thing under test. */
import { test } from '@playwright/test';
import { mosquittoSkipReason } from '../../fakes/mosquitto';
import type { ScriptedDevice } from '../../fakes/scripted-device';
import type { Stage } from '../../fakes/stage';
import { text } from './texts';

export const relayPin = 18;
/** A relay without a configured name is called by its kind and pin. */
export const relayName = `${text('actuatorType.relay')} · ${text('pin', { gpio: relayPin })}`;
export const sensorPin = 4;
/** A DS18B20 counts sixteenths of a degree. */
export const rawAt25Degrees = 400;
/** −127 °C, the driver's word for a probe that is not there. */
export const rawOfFault = -2032;

export type Placed = { readonly name: string; readonly zoneId: string; readonly zoneName: string };

/** Leaves the test out, visibly, where Mosquitto may not be used. */
export function skipWithoutMosquitto(): void {
  const reason = mosquittoSkipReason();
  if (reason !== undefined) console.warn(`Skipped, no Mosquitto: ${reason}`);
  test.skip(reason !== undefined, `no Mosquitto: ${reason}`);
}

/** An approved device with a name, in a confirmed zone, with one relay that stands off and one temperature of 25.0 °C. */
export async function placeDevice(stage: Stage, { name, zoneId, zoneName }: Placed): Promise<ScriptedDevice> {
  const device = await stage.adoptWithActuator(relayPin);
  await stage.client.call('PATCH', `/devices/${device.id}`, { name });
  await stage.client.call('PUT', `/devices/${device.id}/zone`, { zoneId, zoneName });
  await stage.client.deviceWhen(device.id, ({ zone }) => zone.state === 'confirmed' && zone.confirmed === zoneId);
  await device.actuator(relayPin);
  await device.sensor(sensorPin, 'ds18b20', rawAt25Degrees);
  await stage.client.reading(device.id, sensorPin, 'ds18b20', ({ raw }) => raw === rawAt25Degrees);
  return device;
}
